// The records panel: one collection as an editable table. The mock checks each change against the contract and may reject it.

import { editCell } from "./cell.js";
import { COLUMNS, cellOf, columnsOf } from "./columns.js";
import { combobox } from "./combobox.js";
import { $, button, emptyState, h, notify, scroller, table } from "./dom.js";
import { count } from "./format.js";
import { gridKeys } from "./grid.js";
import { confirmDelete, editAsJson, editMany, showDifference } from "./record-dialogs.js";
import { placeChildren, virtualRows } from "./virtual.js";

const TABS = 4; // of more collections, those used last have a tab, and all are in a combobox

/** The panel of records. */
export function recordsPanel(context) {
  const { collections } = context.about;
  let counts = {}; // the number of records by collection
  const byName = new Map(collections.map((each) => [each.collection, each]));
  const panel = h("div", { id: "records-panel", role: "tabpanel" });
  const tabs = h("div", { role: "tablist", "aria-label": "Collections", className: "tabs" });
  const search = h("input", { type: "search", placeholder: "Filter records", "aria-label": "Filter records", oninput: () => render() });
  const changedOnly = h("input", { type: "checkbox", onchange: () => render() });
  const all = combobox({
    id: "collection-choice", label: "Collection", placeholder: "Search collections", onSelect: select,
    options: () => collections.map(({ collection }) => ({ value: collection, text: collection, hint: collection in counts ? count(counts[collection], "record") : "" })),
  });
  const many = [button("Edit shown…", editShown, { className: "quiet" }), button("Delete shown…", () => remove(shown), { className: "quiet danger" })];
  let selected = collections[0];
  let recent = collections.slice(0, TABS).map((each) => each.collection);
  let records = [];
  let changes = new Map();
  let shown = [];
  let names = [];
  let isWide = false;
  let rows = new WeakMap();
  let virtual = null;
  let drawn = ""; // what the table was made for: another collection or other columns need another one

  $("records-tools").append(search, h("label", { className: "check" }, changedOnly, "Changed only"), ...many,
    button("Add…", add, { "aria-label": "Add a record…" }));
  tabs.addEventListener("keydown", (event) => moveTabs(tabs, event));
  $("records-body").replaceChildren(
    h("div", { className: "line choice" }, tabs, collections.length > TABS && all.element),
    panel, h("div", { id: "removed", className: "row" }), h("p", { className: "hint" },
      "Double-click a cell or press Enter to edit it. Press Delete to remove the field. Use the arrow keys to move between cells."));

  panel.append(h("p", { className: "empty" }, "Loading the records…"));
  if (selected) showTabs();
  $("records-tools").hidden = !selected;

  function showTabs() {
    all.value = selected.collection;
    placeTabs(tabs, recent, selected.collection, counts, select);
    panel.setAttribute("aria-labelledby", `tab-${selected.collection}`);
  }

  async function select(collection) {
    selected = byName.get(collection);
    if (!recent.includes(collection)) recent = [collection, ...recent].slice(0, TABS);
    [search.value, isWide] = ["", false];
    await load();
  }

  function render() {
    if (!selected) return panel.replaceChildren(emptyState("This mock stores no records", "Its operations answer with the examples of the contract."));
    showTabs();
    const words = search.value.trim().toLowerCase();
    shown = records.filter(({ key, record }) => (!changedOnly.checked || changes.has(key)) && JSON.stringify(record).toLowerCase().includes(words));
    for (const each of many) each.disabled = !shown.length;
    renderRemoved();
    if (!shown.length) {
      [virtual, drawn] = [null, ""];
      const isFiltered = words || changedOnly.checked;
      panel.replaceChildren(emptyState(isFiltered ? "No record matches the filter" : `No ${selected.collection} in this world`));
      return;
    }
    const position = positionIn(panel);
    draw();
    virtual.update(shown.length);
    restorePosition(panel, position);
  }

  /** The table around the rows, which stays as long as its columns do. */
  function draw() {
    const every = columnsOf(selected, shown.map(({ record }) => record));
    names = isWide ? every : every.slice(0, COLUMNS);
    const needed = JSON.stringify([selected.collection, names, every.length]);
    if (needed === drawn) return panel.querySelector("table").setAttribute("aria-rowcount", shown.length + 1);
    drawn = needed;
    rows = new WeakMap();
    const element = table(`Records of ${selected.collection}`, [...names, h("span", { className: "visually-hidden" }, "Actions")], [], { role: "grid", className: "records" });
    element.setAttribute("aria-rowcount", shown.length + 1);
    const view = scroller(`Table of ${selected.collection}`, element);
    const hidden = every.length - names.length;
    const toggle = (hidden > 0 || isWide) && button(isWide ? `Show ${COLUMNS} fields` : `Show all ${every.length} fields`,
      () => { isWide = !isWide; render(); }, { className: "quiet" });
    panel.replaceChildren(...[view, toggle && h("p", { className: "row" }, toggle)].filter(Boolean));
    gridKeys(element, { edit, clear });
    virtual = virtualRows({ viewport: view, sizer: view.firstChild, height: 45, render: (from, to) => renderRows(element, from, to) });
  }

  function renderRows(element, from, to) {
    const elements = shown.slice(from, to).map((each, index) => {
      if (!rows.has(each)) rows.set(each, rowOf(each));
      rows.get(each).setAttribute("aria-rowindex", from + index + 2);
      return rows.get(each);
    });
    placeChildren(element.tBodies[0], elements);
    if (!element.querySelector("tbody [tabindex='0']")) elements[0].cells[0].tabIndex = 0;
    return elements[0];
  }

  function rowOf({ key, record }) {
    const change = changes.get(key);
    return h("tr", { "data-key": key, className: change ? "changed" : "" }, names.map((name) => cellOf(record, name, selected, context.now())),
      h("td", { role: "gridcell" }, h("div", { className: "row-actions" },
        change && button("Diff", () => showChange(change), { className: "quiet", tabIndex: -1, "aria-label": `Diff of ${key}` }),
        button("JSON", () => editJson(record, key), { className: "quiet", tabIndex: -1, "aria-label": `JSON of ${key}` }),
        button("Delete", () => remove([{ key, record }]), { className: "quiet danger", tabIndex: -1, "aria-label": `Delete ${key}` }))));
  }

  function renderRemoved() {
    const removed = [...changes.values()].filter((each) => each.after === null);
    $("removed").replaceChildren(...(removed.length ? [
      h("span", { className: "hint" }, `Removed since the fixtures: ${removed.slice(0, 5).map((each) => each.key).join(", ")}${removed.length > 5 ? `, and ${removed.length - 5} more` : ""}`),
      button("Restore removed records", () => write(Object.fromEntries(removed.map(({ key, before }) => [key, before])), "restored"), { className: "quiet" }),
    ] : []));
  }

  const recordAt = (cell) => {
    const { key } = cell.closest("tr").dataset;
    return [key, records.find((each) => each.key === key)?.record];
  };

  function edit(cell) {
    const name = cell.dataset.field;
    const [key, record] = recordAt(cell);
    if (!name || !record || name === selected.key) return;
    editCell(cell, {
      value: record[name], schema: selected.fields[name] ?? {}, label: `${name} of ${key}`,
      cancel: () => { rows.delete(records.find((each) => each.key === key)); render(); }, save: (value) => write({ [key]: { [name]: value } }),
    });
  }

  async function clear(cell) {
    const name = cell.dataset.field;
    const [key, record] = recordAt(cell);
    if (name && name !== selected.key && record?.[name] !== undefined) await write({ [key]: { [name]: null } });
  }

  /** Change records by a merge patch of the collection: all of it, or nothing if one record would violate the contract. */
  async function write(patch, done = "saved") {
    const keys = Object.keys(patch);
    await context.change("PATCH", patch, "state", selected.collection);
    notify(`${keys.length === 1 ? keys[0] : count(keys.length, "record")} ${done}.`);
    await load();
  }

  const editJson = (record, key) => editAsJson({ title: `Edit ${key}`, record, save: (edited) => replace(edited, key) });

  async function replace(record, key = String(record[selected.key])) {
    await context.change("PUT", record, "state", selected.collection, key);
    notify(`${key} saved.`);
    await load();
  }

  async function add() {
    if (!records.length) await load(); // they may not have been in view yet
    const template = records.at(-1)?.record ?? {};
    await editAsJson({
      title: `Add a record to ${selected.collection}`, text: records.length ? "The form starts with a copy of the last record." : "",
      record: { ...template, [selected.key]: `new-${records.length + 1}` }, save: (record) => replace(record),
    });
  }

  function editShown() {
    const fields = columnsOf(selected, shown.map(({ record }) => record)).filter((name) => name !== selected.key);
    const save = (patch) => write(Object.fromEntries(shown.map(({ key }) => [key, patch])));
    return editMany({ collection: selected.collection, number: shown.length, fields, save });
  }

  function remove(some) {
    return confirmDelete({
      names: some.map(({ key }) => key), collection: selected.collection, world: context.world,
      remove: () => write(Object.fromEntries(some.map(({ key }) => [key, null])), "deleted"),
    });
  }

  function showChange({ key, before, after }) {
    const restore = () => (before ? replace(before, key) : write({ [key]: null }, "removed"));
    return showDifference({ key, before, after, restore });
  }

  async function load({ keepEditor = false } = {}) {
    if (!selected) return render();
    const { collection } = selected;
    const [listed, changed, world] = await Promise.all([context.read("state", collection), context.read("changes"), context.read(), context.loadDetails()]);
    counts = world.records;
    if (collection !== selected.collection) return; // another one was selected meanwhile
    const before = new Map(records.map((each) => [each.key, each]));
    const were = changes;
    changes = new Map(changed.changes.filter((each) => each.collection === collection).map((each) => [each.key, each]));
    const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    records = listed.records.map((each) => { // what is the same keeps its row
      const old = before.get(each.key);
      return old && isSame(old.record, each.record) && isSame(were.get(each.key), changes.get(each.key)) ? old : each;
    });
    if (!keepEditor || !panel.querySelector(".editing")) render();
  }

  return { refresh: () => load(), update: (isShown) => isShown && load({ keepEditor: true }) };
}

function placeTabs(tabs, names, selected, counts, select) {
  for (const name of names) {
    if (!tabs.querySelector(`#tab-${CSS.escape(name)}`)) {
      tabs.append(h("button", { type: "button", role: "tab", id: `tab-${name}`, "data-collection": name, "aria-controls": "records-panel", onclick: () => select(name) },
        name, h("span", { className: "count" })));
    }
  }
  placeChildren(tabs, names.map((name) => tabs.querySelector(`#tab-${CSS.escape(name)}`)));
  for (const each of tabs.children) {
    const on = each.dataset.collection === selected;
    Object.assign(each, { ariaSelected: String(on), tabIndex: on ? 0 : -1 });
    each.querySelector(".count").textContent = counts[each.dataset.collection] === undefined ? "" : ` ${counts[each.dataset.collection].toLocaleString("en")}`;
  }
}

function moveTabs(tabs, event) {
  const all = [...tabs.children];
  const to = all[all.indexOf(document.activeElement) + { ArrowRight: 1, ArrowLeft: -1 }[event.key]];
  if (!to) return;
  to.click();
  to.focus();
}

/** The focused cell of a table, so that it can be restored after its row is made again. */
function positionIn(panel) {
  const cell = panel.contains(document.activeElement) ? document.activeElement.closest("td, th") : null;
  return cell && { cell, key: cell.closest("tr").dataset.key, column: cell.cellIndex };
}

function restorePosition(panel, position) {
  if (!position || position.cell.isConnected) return;
  const cell = panel.querySelector(`tr[data-key="${CSS.escape(position.key ?? "")}"]`)?.cells[position.column];
  if (cell) (cell.querySelector("button") ?? cell).focus({ preventScroll: true });
}
