// The coverage panel: which documented responses the mock has sent, in this world or in all worlds.

import { call, pathIn } from "./api.js";
import { copy, openDialog } from "./dialog.js";
import { $, button, emptyState, h, scroller, table } from "./dom.js";
import { placeChildren, virtualRows } from "./virtual.js";

const KINDS = {
  "": ["All operations", () => true],
  gaps: ["With gaps", ({ statuses }) => statuses.some((each) => each.declared && !each.times)],
  unused: ["Never called", ({ statuses }) => statuses.every((each) => !each.times)],
  used: ["Called", ({ statuses }) => statuses.some((each) => each.times)],
};

/** The panel of coverage. */
export function coveragePanel(context) {
  const search = h("input", { type: "search", placeholder: "Filter operations", "aria-label": "Filter operations", oninput: () => render() });
  const kind = h("select", { "aria-label": "Operations", onchange: () => render() },
    Object.entries(KINDS).map(([value, [label]]) => h("option", { value }, label)));
  const all = h("input", { type: "checkbox", onchange: () => refresh() });
  const markdown = button("Copy as Markdown", copyMarkdown, { className: "quiet" });
  const body = $("coverage-body");
  const sum = h("div", { className: "sum" });
  const matrix = table("Responses of each operation", ["Operation", "Responses"], [], { className: "matrix" });
  const view = scroller("Coverage table", matrix);
  const none = h("div", {});
  let operations = [];
  let shown = [];
  let rows = new WeakMap();
  let virtual = null;
  $("coverage-tools").append(search, kind, h("label", { className: "check" }, all, "All worlds"), markdown);

  async function copyMarkdown() {
    const path = all.checked ? "coverage" : pathIn(context.world, "coverage");
    await copy(await call("GET", `${path}?as=markdown`), "Coverage table");
  }

  async function refresh() {
    const coverage = all.checked ? await call("GET", "coverage") : await context.read("coverage");
    operations = coverage.operations;
    rows = new WeakMap();
    if (!virtual) {
      body.replaceChildren(sum, view, none, legend());
      virtual = virtualRows({ viewport: view, sizer: matrix, render: renderRows, height: 53 });
    }
    const total = `${coverage.met.toLocaleString("en")} of ${coverage.declared.toLocaleString("en")} documented responses covered`;
    sum.replaceChildren(h("meter", { value: coverage.met, max: Math.max(coverage.declared, 1), "aria-label": total }), h("p", {}, total));
    render();
  }

  function render() {
    if (!virtual) return;
    const words = search.value.trim().toLowerCase().split(/\s+/);
    const [, fits] = KINDS[kind.value];
    shown = operations.filter((each) => fits(each) && words.every((word) => `${each.operation} ${each.method} ${each.path}`.toLowerCase().includes(word)));
    matrix.setAttribute("aria-rowcount", shown.length + 1);
    view.hidden = !shown.length;
    none.replaceChildren(...(shown.length ? [] : [emptyState(operations.length ? "No operation matches the filter" : "The contract declares no operations")]));
    virtual.update(shown.length);
  }

  function renderRows(from, to) {
    const elements = shown.slice(from, to).map((each, index) => {
      if (!rows.has(each)) rows.set(each, row(each));
      rows.get(each).setAttribute("aria-rowindex", from + index + 2);
      return rows.get(each);
    });
    placeChildren(matrix.tBodies[0], elements);
    return elements[0];
  }

  return { refresh, update: (isShown) => (isShown || all.checked) && refresh() };
}

function legend() {
  return h("p", { className: "hint legend" },
    [["met", "200 ✓ 3", "returned three times"], ["never", "404 never", "documented, but never returned"],
      ["never assumed", "404 never*", "the same, based on an assumption"], ["extra", "418 + 1", "returned, but not documented"]]
      .map(([kind, example, meaning]) => h("span", { className: "group" }, h("span", { className: `cell ${kind}` }, example), meaning)));
}

function row(operation) {
  return h("tr", {},
    h("th", { scope: "row" }, operation.operation, h("span", { className: "hint" }, `${operation.method} ${operation.path}`)),
    h("td", {}, h("div", { className: "cells" }, operation.statuses.map(cell), states(operation))));
}

function cell({ status, times, declared, assumed }) {
  const star = assumed ? "*" : "";
  const kind = `cell ${times ? (declared ? "met" : "extra") : "never"} ${assumed ? "assumed" : ""}`;
  return h("span", { className: kind.trim() }, `${status} ${times ? `${declared ? "✓" : "+"} ${times}` : "never"}${star}`);
}

function states({ operation, statuses }) {
  const all = statuses.flatMap(({ status, states: each }) => each.map((state) => ({ status, ...state })));
  if (!all.length) return null;
  const text = `${all.filter(({ times }) => times).length} of ${all.length} record states`;
  const show = () => openDialog({
    title: `Record states of ${operation}`, action: "Close", cancel: false,
    content: scroller("Record states", table("Record states", ["Status", "State of the record", "Times"], all.map(({ status, state, times }) =>
      h("tr", {}, h("td", {}, status), h("td", {}, state), h("td", {}, times ? `✓ ${times}` : "never"))))),
  });
  return button(text, show, { className: "link", "aria-label": `${text} of ${operation}` });
}
