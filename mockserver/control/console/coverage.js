// Which of the contract's answers were met: operations against statuses, this world or all together.

import { address, call, within } from "./api.js";
import { $, empty, h, scroller, table } from "./dom.js";

/** The panel of coverage. */
export function coveragePanel(context) {
  const all = h("input", { type: "checkbox", onchange: () => refresh() });
  const markdown = h("a", { className: "button quiet" }, "Markdown");
  $("coverage-tools").append(h("label", { className: "check" }, all, "All worlds together"), markdown);

  async function refresh() {
    const found = all.checked ? await call("GET", "coverage") : await context.read("coverage");
    markdown.href = address(`${all.checked ? "coverage" : within(context.world, "coverage")}?as=markdown`);
    const open = new Set([...$("coverage-body").querySelectorAll("details[open]")].map((each) => each.dataset.operation));
    $("coverage-body").replaceChildren(...drawn(found, open));
  }

  return { refresh, settle: (mine) => (mine || all.checked) && refresh() };
}

function drawn({ declared, met, operations }, open) {
  if (!operations.length) return [empty("The contract declares no operation")];
  const statuses = [...new Set(operations.flatMap((each) => each.statuses.map(({ status }) => status)))].sort();
  const sum = `${met} of ${declared} declared answers met`;
  return [
    h("div", { className: "sum" }, h("meter", { value: met, max: Math.max(declared, 1), "aria-label": sum }), h("p", {}, sum)),
    scroller("Coverage matrix", table("Operations against statuses: how often each answer was met", ["Operation", ...statuses],
      operations.map((each) => row(each, statuses, open)), { className: "matrix" })),
    h("p", { className: "hint legend" },
      h("span", { className: "cell met" }, "✓ 3"), "met three times ",
      h("span", { className: "cell never" }, "never"), "declared, not met ",
      h("span", { className: "cell never assumed" }, "never*"), "*rests on an assumption ",
      h("span", { className: "cell extra" }, "+ 1"), "met, not declared"),
  ];
}

function row(operation, statuses, open) {
  const byStatus = new Map(operation.statuses.map((each) => [each.status, each]));
  return h("tr", {},
    h("th", { scope: "row" }, operation.operation, h("span", { className: "hint" }, `${operation.method} ${operation.path}`), states(operation, open)),
    statuses.map((status) => h("td", {}, cell(byStatus.get(status)))));
}

function cell(found) {
  if (!found) return h("span", { className: "cell none", "aria-label": "not declared" }, "·");
  const star = found.assumed ? "*" : "";
  const kind = `cell ${found.times ? (found.declared ? "met" : "extra") : "never"} ${found.assumed ? "assumed" : ""}`;
  const text = found.times ? `${found.declared ? "✓" : "+"} ${found.times}${star}` : `never${star}`;
  return h("span", { className: kind.trim() }, text);
}

function states({ operation, statuses }, open) {
  const found = statuses.flatMap(({ status, states: each }) => each.map((state) => ({ status, ...state })));
  if (!found.length) return null;
  const met = found.filter(({ times }) => times).length;
  return h("details", { "data-operation": operation, open: open.has(operation) },
    h("summary", {}, `${met} of ${found.length} states`),
    h("ul", {}, found.map(({ status, state, times }) =>
      h("li", { className: times ? "met" : "never" }, `${status} · ${state} · ${times ? `✓ ${times}` : "never"}`))));
}
