// The coverage panel: which documented responses the mock has sent, in this world or in all worlds.

import { call, pathIn } from "./api.js";
import { $, button, copy, emptyState, h, scroller, table } from "./dom.js";

/** The panel of coverage. */
export function coveragePanel(context) {
  const all = h("input", { type: "checkbox", onchange: () => refresh() });
  const markdown = button("Copy as Markdown", copyMarkdown, { className: "quiet" });
  $("coverage-tools").append(h("label", { className: "check" }, all, "All worlds"), markdown);

  async function copyMarkdown() {
    const path = all.checked ? "coverage" : pathIn(context.world, "coverage");
    await copy(await call("GET", `${path}?as=markdown`), "Coverage table");
  }

  async function refresh() {
    const coverage = all.checked ? await call("GET", "coverage") : await context.read("coverage");
    const open = new Set([...$("coverage-body").querySelectorAll("details[open]")].map((each) => each.dataset.operation));
    $("coverage-body").replaceChildren(...content(coverage, open));
  }

  return { refresh, update: (isShown) => (isShown || all.checked) && refresh() };
}

function content({ declared, met, operations }, open) {
  if (!operations.length) return [emptyState("The contract declares no operations")];
  const statuses = [...new Set(operations.flatMap((each) => each.statuses.map(({ status }) => status)))].sort();
  const total = `${met} of ${declared} documented responses covered`;
  return [
    h("div", { className: "sum" }, h("meter", { value: met, max: Math.max(declared, 1), "aria-label": total }), h("p", {}, total)),
    scroller("Coverage table", table("How often each operation returned each status", ["Operation", ...statuses],
      operations.map((each) => row(each, statuses, open)), { className: "matrix" })),
    h("p", { className: "hint legend" },
      h("span", { className: "cell met" }, "✓ 3"), "returned three times ",
      h("span", { className: "cell never" }, "never"), "documented, but never returned ",
      h("span", { className: "cell never assumed" }, "never*"), "*based on an assumption ",
      h("span", { className: "cell extra" }, "+ 1"), "returned, but not documented"),
  ];
}

function row(operation, statuses, open) {
  const byStatus = new Map(operation.statuses.map((each) => [each.status, each]));
  return h("tr", {},
    h("th", { scope: "row" }, operation.operation, h("span", { className: "hint" }, `${operation.method} ${operation.path}`), states(operation, open)),
    statuses.map((status) => h("td", {}, cell(byStatus.get(status)))));
}

function cell(entry) {
  if (!entry) return h("span", { className: "cell none", "aria-label": "not documented" }, "·");
  const star = entry.assumed ? "*" : "";
  const kind = `cell ${entry.times ? (entry.declared ? "met" : "extra") : "never"} ${entry.assumed ? "assumed" : ""}`;
  const text = entry.times ? `${entry.declared ? "✓" : "+"} ${entry.times}${star}` : `never${star}`;
  return h("span", { className: kind.trim() }, text);
}

function states({ operation, statuses }, open) {
  const all = statuses.flatMap(({ status, states: each }) => each.map((state) => ({ status, ...state })));
  if (!all.length) return null;
  const covered = all.filter(({ times }) => times).length;
  return h("details", { "data-operation": operation, open: open.has(operation) },
    h("summary", {}, `${covered} of ${all.length} record states`),
    h("ul", {}, all.map(({ status, state, times }) =>
      h("li", { className: times ? "met" : "never" }, `${status} · ${state} · ${times ? `✓ ${times}` : "never"}`))));
}
