// The records panel: one editable table per collection. The mock checks each change against the contract and may reject it.

import { editCell } from "./cell.js";
import { $, button, emptyState, h, notify, openDialog, scroller, table } from "./dom.js";
import { formatRelative, formatTime, formatValue } from "./format.js";
import { gridKeys } from "./grid.js";

/** The panel of records. */
export function recordsPanel(context) {
  const { collections } = context.about;
  const panel = h("div", { id: "records-panel", role: "tabpanel" });
  const tabs = h("div", { role: "tablist", "aria-label": "Collections", className: "tabs" });
  const search = h("input", { type: "search", placeholder: "Filter records", "aria-label": "Filter records", oninput: render });
  let state = {};
  let selected = collections[0];
  $("records-tools").append(search, button("Add…", add, { "aria-label": "Add a record…" }));
  $("records-body").append(tabs, panel, h("p", { className: "hint" },
    "Double-click a cell or press Enter to edit it. Press Delete to remove the field. Use the arrow keys to move between cells."));
  tabs.append(...collections.map((each) => tab(each, () => select(each))));
  tabs.addEventListener("keydown", (event) => moveTabs(tabs, event));

  function select(collection) {
    selected = collection;
    render();
  }

  function render() {
    if (!selected) return panel.replaceChildren(emptyState("This mock stores no records"));
    for (const each of tabs.children) {
      const on = each.dataset.collection === selected.collection;
      Object.assign(each, { ariaSelected: String(on), tabIndex: on ? 0 : -1 });
      each.querySelector(".count").textContent = ` ${state[each.dataset.collection]?.length ?? 0}`;
    }
    panel.setAttribute("aria-labelledby", `tab-${selected.collection}`);
    const words = search.value.trim().toLowerCase();
    const shown = (state[selected.collection] ?? []).filter((record) => JSON.stringify(record).toLowerCase().includes(words));
    const position = positionIn(panel);
    panel.replaceChildren(shown.length ? grid(shown) : emptyState(words ? "No record matches the filter" : `No ${selected.collection} in this world`));
    restorePosition(panel, position);
  }

  function grid(records) {
    const names = columns(selected, records);
    const element = table(`Records of ${selected.collection}`, [...names, h("span", { className: "visually-hidden" }, "Actions")],
      records.map((record) => rowOf(record, names)), { role: "grid", className: "records" });
    gridKeys(element, { edit, clear });
    return scroller(`Table of ${selected.collection}`, element);
  }

  function rowOf(record, names) {
    const key = String(record[selected.key]);
    return h("tr", { "data-key": key }, names.map((name) => cellOf(record, name, selected, context.now())),
      h("td", { role: "gridcell", className: "actions" },
        button("JSON", () => editJson(record, key), { className: "quiet", tabIndex: -1, "aria-label": `Edit ${key} as JSON` }),
        button("Delete", () => removeRecord(key), { className: "quiet danger", tabIndex: -1, "aria-label": `Delete ${key}` })));
  }

  const recordAt = (cell) => {
    const key = cell.closest("tr").dataset.key;
    return [key, (state[selected.collection] ?? []).find((record) => String(record[selected.key]) === key)];
  };

  function edit(cell) {
    const name = cell.dataset.field;
    const [key, record] = recordAt(cell);
    if (!name || !record || name === selected.key) return;
    editCell(cell, {
      value: record[name], schema: selected.fields[name] ?? {}, label: `${name} of ${key}`,
      cancel: render, save: (value) => patch(key, { [name]: value }),
    });
  }

  async function clear(cell) {
    const name = cell.dataset.field;
    const [key, record] = recordAt(cell);
    if (name && name !== selected.key && record?.[name] !== undefined) await patch(key, { [name]: null });
  }

  async function patch(key, change) {
    await context.change("PATCH", change, "state", selected.collection, key);
    notify(`${key} saved.`);
    await load();
  }

  async function editJson(record, key) {
    await openJsonDialog(`Edit ${key}`, record, key);
  }

  async function add() {
    const template = (state[selected.collection] ?? []).at(-1) ?? {};
    const key = `new-${(state[selected.collection]?.length ?? 0) + 1}`;
    const text = state[selected.collection]?.length ? "The form starts with a copy of the last record." : "";
    await openJsonDialog(`Add a record to ${selected.collection}`, { ...template, [selected.key]: key }, undefined, text);
  }

  async function openJsonDialog(title, record, key, text = "") {
    await openDialog({
      title, text, action: "Save", fields: [{ name: "json", label: "Record as JSON", rows: 18, value: JSON.stringify(record, null, 2), required: true }],
      submit: ({ json }) => write(JSON.parse(json), key),
    });
  }

  async function write(record, key = String(record[selected.key])) {
    await context.change("PUT", record, "state", selected.collection, key);
    notify(`${key} saved.`);
    await load();
  }

  async function removeRecord(key) {
    const confirmed = await openDialog({
      title: `Delete ${key}?`, text: `This removes the record from ${selected.collection} in the world ${context.world}.`, action: "Delete", danger: true,
      submit: () => context.change("DELETE", undefined, "state", selected.collection, key),
    });
    if (!confirmed) return;
    notify(`${key} deleted.`);
    await load();
  }

  async function load({ keepEditor = false } = {}) {
    state = await context.read("state");
    if (!keepEditor || !panel.querySelector(".editing")) render();
  }

  return { refresh: () => load(), update: (isShown) => isShown && load({ keepEditor: true }) };
}

/** The key first, then the fields of the contract in their order, then all other fields of the records. */
function columns({ key, fields }, records) {
  const used = new Set(records.flatMap(Object.keys));
  return [...new Set([key, ...Object.keys(fields).filter((name) => used.has(name)), ...used])];
}

function cellOf(record, name, { key, fields }, now) {
  const value = record[name];
  const cell = h(name === key ? "th" : "td", { role: name === key ? "rowheader" : "gridcell", tabIndex: -1, "data-field": name });
  if (name === key) cell.scope = "row";
  if (value === undefined) cell.append(h("span", { className: "not-set", "aria-label": "not set" }, "–"));
  else if (fields[name]?.format === "date-time" && !Number.isNaN(Date.parse(value))) {
    cell.append(formatTime(value), h("span", { className: "hint" }, formatRelative(value, now)));
  } else if (typeof value === "boolean") cell.append(h("span", { className: `flag ${value}` }, String(value)));
  else cell.append(formatValue(value, 48));
  if (formatValue(value, Infinity).length > 48) cell.title = formatValue(value, 2000);
  return cell;
}

function tab({ collection }, select) {
  return h("button", {
    type: "button", role: "tab", id: `tab-${collection}`, "data-collection": collection, "aria-controls": "records-panel", onclick: select,
  }, collection, h("span", { className: "count" }));
}

function moveTabs(tabs, event) {
  const all = [...tabs.children];
  const to = all[all.indexOf(document.activeElement) + { ArrowRight: 1, ArrowLeft: -1 }[event.key]];
  if (!to) return;
  to.click();
  to.focus();
}

/** The focused cell and the scroll position of a grid, so that they can be restored after it is rendered again. */
function positionIn(panel) {
  const cell = panel.contains(document.activeElement) ? document.activeElement.closest("td, th") : null;
  return { left: panel.firstElementChild?.scrollLeft ?? 0, key: cell?.parentElement.dataset.key, column: cell?.cellIndex };
}

function restorePosition(panel, { left, key, column }) {
  if (panel.firstElementChild) panel.firstElementChild.scrollLeft = left;
  const row = key && [...panel.querySelectorAll("tr")].find((each) => each.dataset.key === key);
  const cell = row?.cells[column];
  if (cell) (cell.querySelector("button") ?? cell).focus({ preventScroll: true });
}
