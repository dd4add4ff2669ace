// The keyboard of an editable table, by the ARIA grid pattern: one stop of the Tab key, arrows move, Enter edits.

/** Give a table the keys of a grid; `edit` and `clear` are called with a cell. */
export function gridKeys(table, { edit, clear }) {
  let current = null; // the cell that had the focus before the mouse came
  const stop = (cell) => {
    for (const each of table.querySelectorAll("tbody [tabindex='0']")) each.tabIndex = -1;
    for (const each of targets(cell)) each.tabIndex = 0;
  };
  stop(table.tBodies[0].rows[0].cells[0]);
  table.addEventListener("mousedown", () => { current = document.activeElement; });
  table.addEventListener("focusin", ({ target }) => target.closest("tbody") && stop(target.closest("td, th")));
  table.addEventListener("click", ({ target }) => {
    const cell = target.closest("[data-field]");
    if (cell && cell === current && !cell.classList.contains("editing")) edit(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    if (!cell || cell.classList.contains("editing")) return;
    const work = workOf(event.key, cell, { edit, clear });
    if (!work) return;
    event.preventDefault();
    work();
  });
}

/** What takes the focus in a cell: its buttons where it has some, else itself. */
function targets(cell) {
  const buttons = [...cell.querySelectorAll("button")];
  return buttons.length ? buttons : [cell];
}

function workOf(key, cell, { edit, clear }) {
  if (cell.dataset.field && (key === "Enter" || key === "F2")) return () => edit(cell);
  if (cell.dataset.field && key === "Delete") return () => clear(cell);
  const to = neighbour(key, cell);
  return to && (() => targets(to)[0].focus());
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
