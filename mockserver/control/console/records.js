// The records of a world as tables, edited in place. A change is checked by the mock against the contract, or refused.

import { $, ask, button, empty, h, scroller, table, tell } from "./dom.js";
import { editCell } from "./cell.js";
import { moment, relative, value } from "./format.js";
import { gridKeys } from "./grid.js";

/** The panel of records. */
export function recordsPanel(context) {
  const { collections } = context.about;
  const panel = h("div", { id: "records-panel", role: "tabpanel" });
  const tabs = h("div", { role: "tablist", "aria-label": "Collections", className: "tabs" });
  const search = h("input", { type: "search", placeholder: "Filter records", "aria-label": "Filter records", oninput: draw });
  let state = {};
  let chosen = collections[0];
  $("records-tools").append(search, button("Add…", add, { "aria-label": "Add a record…" }));
  $("records-body").append(tabs, panel,
    h("p", { className: "hint" }, "Click a cell twice or press Enter to edit it, Delete to take the field away. Arrow keys move."));
  tabs.append(...collections.map((each) => tab(each, () => choose(each))));
  tabs.addEventListener("keydown", (event) => moveTabs(tabs, event));

  function choose(collection) {
    chosen = collection;
    draw();
  }

  function draw() {
    if (!chosen) return panel.replaceChildren(empty("This mock holds no records"));
    for (const each of tabs.children) {
      const on = each.dataset.collection === chosen.collection;
      Object.assign(each, { ariaSelected: String(on), tabIndex: on ? 0 : -1 });
      each.querySelector(".count").textContent = ` ${state[each.dataset.collection]?.length ?? 0}`;
    }
    panel.setAttribute("aria-labelledby", `tab-${chosen.collection}`);
    const held = state[chosen.collection] ?? [];
    const words = search.value.trim().toLowerCase();
    const shown = held.filter((record) => JSON.stringify(record).toLowerCase().includes(words));
    const place = placeOf(panel);
    panel.replaceChildren(shown.length ? grid(shown) : empty(words ? "No record fits the filter" : `No ${chosen.collection} in this world`));
    regain(panel, place);
  }

  function grid(records) {
    const names = columns(chosen, records);
    const made = table(`Records of ${chosen.collection}`, [...names, h("span", { className: "unseen" }, "Actions")],
      records.map((record) => rowOf(record, names)), { role: "grid", className: "records" });
    gridKeys(made, { edit, clear });
    return scroller(`Table of ${chosen.collection}`, made);
  }

  function rowOf(record, names) {
    const key = String(record[chosen.key]);
    return h("tr", { "data-key": key }, names.map((name) => cellOf(record, name, chosen, context.now())),
      h("td", { role: "gridcell", className: "actions" },
        button("JSON", () => editWhole(record, key), { className: "quiet", tabIndex: -1, "aria-label": `Edit ${key} as JSON` }),
        button("Delete", () => removeRecord(key), { className: "quiet danger", tabIndex: -1, "aria-label": `Delete ${key}` })));
  }

  const recordAt = (cell) => {
    const key = cell.closest("tr").dataset.key;
    return [key, (state[chosen.collection] ?? []).find((record) => String(record[chosen.key]) === key)];
  };

  function edit(cell) {
    const name = cell.dataset.field;
    const [key, record] = recordAt(cell);
    if (!name || !record || name === chosen.key) return;
    editCell(cell, { value: record[name], schema: chosen.fields[name] ?? {}, label: `${name} of ${key}`, cancel: draw, save: (given) => patch(key, { [name]: given }) });
  }

  async function clear(cell) {
    const name = cell.dataset.field;
    const [key, record] = recordAt(cell);
    if (name && name !== chosen.key && record?.[name] !== undefined) await patch(key, { [name]: null });
  }

  async function patch(key, change) {
    await context.change("PATCH", change, "state", chosen.collection, key);
    tell(`${key} saved.`);
    await refresh(true);
  }

  async function editWhole(record, key) {
    await writeJson(`Edit ${key}`, record, key);
  }

  async function add() {
    const model = (state[chosen.collection] ?? []).at(-1) ?? {};
    await writeJson(`Add to ${chosen.collection}`, { ...model, [chosen.key]: `new-${(state[chosen.collection]?.length ?? 0) + 1}` });
  }

  async function writeJson(title, record, key) {
    await ask({
      title, action: "Save", fields: [{ name: "json", label: "Record as JSON", rows: 18, value: JSON.stringify(record, null, 2), required: true }],
      work: ({ json }) => write(JSON.parse(json), key),
    });
  }

  async function write(given, key = String(given[chosen.key])) {
    await context.change("PUT", given, "state", chosen.collection, key);
    tell(`${key} saved.`);
    await refresh(true);
  }

  async function removeRecord(key) {
    const sure = await ask({
      title: `Delete ${key}?`, sentence: `It leaves ${chosen.collection} of the world ${context.world}.`, action: "Delete", danger: true,
      work: () => context.change("DELETE", undefined, "state", chosen.collection, key),
    });
    if (!sure) return;
    tell(`${key} deleted.`);
    await refresh(true);
  }

  async function refresh(force = false) {
    state = await context.read("state");
    if (force || !panel.querySelector(".editing")) draw();
  }

  return { refresh: () => refresh(true), settle: (mine) => mine && refresh() };
}

/** Key first, then the contract's fields in its order, then what records hold besides. */
function columns({ key, fields }, records) {
  const held = new Set(records.flatMap(Object.keys));
  return [...new Set([key, ...Object.keys(fields).filter((name) => held.has(name)), ...held])];
}

function cellOf(record, name, { key, fields }, now) {
  const held = record[name];
  const cell = h(name === key ? "th" : "td", { role: name === key ? "rowheader" : "gridcell", tabIndex: -1, "data-field": name });
  if (name === key) cell.scope = "row";
  if (held === undefined) cell.append(h("span", { className: "absent", "aria-label": "absent" }, "–"));
  else if (fields[name]?.format === "date-time" && !Number.isNaN(Date.parse(held))) {
    cell.append(moment(held), h("span", { className: "hint" }, relative(held, now)));
  } else if (typeof held === "boolean") cell.append(h("span", { className: `flag ${held}` }, String(held)));
  else cell.append(value(held, 48));
  if (value(held, Infinity).length > 48) cell.title = value(held, 2000);
  return cell;
}

function tab({ collection }, choose) {
  return h("button", {
    type: "button", role: "tab", id: `tab-${collection}`, "data-collection": collection, "aria-controls": "records-panel", onclick: choose,
  }, collection, h("span", { className: "count" }));
}

function moveTabs(tabs, event) {
  const all = [...tabs.children];
  const to = all[all.indexOf(document.activeElement) + { ArrowRight: 1, ArrowLeft: -1 }[event.key]];
  if (!to) return;
  to.click();
  to.focus();
}

/** Where the focus and the scroll stand in a grid, to find the place again once it is drawn anew. */
function placeOf(panel) {
  const cell = panel.contains(document.activeElement) ? document.activeElement.closest("td, th") : null;
  return { left: panel.firstElementChild?.scrollLeft ?? 0, key: cell?.parentElement.dataset.key, column: cell?.cellIndex };
}

function regain(panel, { left, key, column }) {
  if (panel.firstElementChild) panel.firstElementChild.scrollLeft = left;
  const row = key && [...panel.querySelectorAll("tr")].find((each) => each.dataset.key === key);
  const cell = row?.cells[column];
  if (cell) (cell.querySelector("button") ?? cell).focus({ preventScroll: true });
}
