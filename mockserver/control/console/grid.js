// Keyboard control of an editable table, following the ARIA grid pattern: the table is one tab stop, arrow keys move between
// cells, and Enter edits a cell.

/** Add the keys of a grid to a table; `edit` and `clear` are called with a cell. */
export function gridKeys(table, { edit, clear }) {
  let previous = null; // the cell that had the focus before the click
  const makeTabStop = (cell) => {
    for (const each of table.querySelectorAll("tbody [tabindex='0']")) each.tabIndex = -1;
    for (const each of focusTargets(cell)) each.tabIndex = 0;
  };
  table.addEventListener("mousedown", () => { previous = document.activeElement; });
  table.addEventListener("focusin", ({ target }) => target.closest("tbody") && makeTabStop(target.closest("td, th")));
  table.addEventListener("click", ({ target }) => {
    const cell = target.closest("[data-field]");
    if (cell && cell === previous && !cell.classList.contains("editing")) edit(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    if (!cell || cell.classList.contains("editing")) return;
    const action = actionOf(event.key, cell, { edit, clear });
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** The elements of a cell that take the focus: its buttons if it has any, otherwise the cell. */
function focusTargets(cell) {
  const buttons = [...cell.querySelectorAll("button")];
  return buttons.length ? buttons : [cell];
}

function actionOf(key, cell, { edit, clear }) {
  if (cell.dataset.field && (key === "Enter" || key === "F2")) return () => edit(cell);
  if (cell.dataset.field && key === "Delete") return () => clear(cell);
  const to = neighbour(key, cell);
  return to && (() => focusTargets(to)[0].focus());
}

function neighbour(key, cell) {
  const row = cell.parentElement;
  switch (key) {
    case "ArrowRight": return cell.nextElementSibling;
    case "ArrowLeft": return cell.previousElementSibling;
    case "ArrowDown": return row.nextElementSibling?.cells[cell.cellIndex];
    case "ArrowUp": return row.previousElementSibling?.cells[cell.cellIndex];
    case "Home": return row.cells[0];
    case "End": return row.cells[row.cells.length - 1];
    default: return null;
  }
}
