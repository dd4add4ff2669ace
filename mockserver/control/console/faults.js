// Faults of a world: presets as switches, single rules made by a form.

import { call } from "./api.js";
import { $, busy, button, field, h, tell } from "./dom.js";
import { ruleSentence } from "./format.js";

const KINDS = [
  ["status", "Answer a status"], ["delay", "Delay the answer"], ["slow", "Slow body"], ["truncated", "Truncated body"],
  ["malformed", "Malformed body"], ["empty", "Empty body"], ["reset", "Close the connection"], ["limit", "Limit the rate"],
];
const VALUES = {
  status: { label: "Status", value: 500, min: 200, max: 599 },
  delay: { label: "Milliseconds", value: 2000, min: 0, max: 30000 },
  slow: { label: "Bytes per second", value: 100, min: 1, max: 10000000 },
  limit: { label: "Calls a minute", value: 5, min: 0, max: 1000000 },
};

/** The panel of faults. */
export function faultsPanel(context) {
  let faults = { rules: [], presets: [] };
  const switches = h("ul", { className: "presets", "aria-label": "Presets" });
  const rules = h("ul", { className: "rules", "aria-label": "Rules in force" });
  const form = faultForm(context.about, add);
  $("faults-body").append(switches, rules, h("details", { open: matchMedia("(min-width: 60rem)").matches }, h("summary", {}, "Let something fail"), form));
  const named = call("GET", "presets").then(({ presets }) => switches.append(...presets.map((each) => presetItem(each, toggle))));

  async function draw(found) {
    faults = found;
    await named;
    for (const each of switches.querySelectorAll("button")) each.ariaChecked = String(faults.presets.includes(each.dataset.preset));
    const own = faults.rules.filter((each) => !each.preset);
    rules.replaceChildren(...own.map((each) => ruleItem(each, () => put(own.filter((other) => other !== each), faults.presets))));
    rules.hidden = !own.length;
  }

  const put = async (own, names) => draw(await context.change("PUT", { rules: own.map((each) => each.rule), presets: names }, "faults"));

  async function toggle(name) {
    const names = faults.presets.includes(name) ? faults.presets.filter((each) => each !== name) : [...faults.presets, name];
    await put(faults.rules.filter((each) => !each.preset), names);
  }

  async function add(rule) {
    await draw(await context.change("POST", rule, "faults"));
    tell(ruleSentence(rule));
  }

  const refresh = async () => draw(await context.read("faults"));
  return { refresh, settle: (mine) => mine && refresh() };
}

function presetItem({ name, description }, toggle) {
  const id = `preset-${name}`;
  return h("li", {},
    button(name, () => toggle(name), { role: "switch", className: "switch", "aria-describedby": id, "data-preset": name }),
    h("p", { id, className: "hint" }, description));
}

function ruleItem({ rule, met, done }, remove) {
  const sentence = ruleSentence(rule);
  return h("li", {},
    h("p", {}, sentence, h("span", { className: "hint" }, ` ${done} of ${met} calls disturbed`)),
    button("×", remove, { className: "quiet icon", "aria-label": `Remove: ${sentence}` }));
}

function faultForm(about, add) {
  const choices = (names, first) => [["", first], ...names.map((name) => [name, name])];
  const number = h("div", {});
  const kind = field({ name: "kind", label: "What", options: KINDS });
  const form = h("form", {},
    field({ name: "operation", label: "Operation", options: choices(about.operations.map((each) => each.operation), "Any operation") }),
    kind, number,
    field({ name: "times", label: "Times", type: "number", min: 1, max: 1000000, value: 1, hint: "Empty: every time" }),
    h("details", {}, h("summary", {}, "Only some calls"),
      field({ name: "user", label: "User", options: choices(about.users.map((each) => each.name), "Any user") }),
      field({ name: "nth", label: "The nth call", type: "number", min: 1, max: 1000000 }),
      field({ name: "percent", label: "Per cent of calls", type: "number", min: 0, max: 100 })),
    h("button", { type: "submit", className: "primary" }, "Add fault"));
  const adapt = () => {
    const wanted = VALUES[form.elements.kind.value];
    number.replaceChildren(...(wanted ? [field({ name: "number", type: "number", required: true, ...wanted })] : []));
    form.elements.times.value = form.elements.kind.value === "limit" ? "" : 1;
  };
  form.elements.kind.addEventListener("change", adapt);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(event.submitter, () => add(ruleOf(Object.fromEntries(new FormData(form)))));
  });
  adapt();
  return form;
}

/** The rule that the values of the form say. */
export function ruleOf({ operation, kind, number, times, user, nth, percent }) {
  const rule = {};
  if (operation) rule.operation = operation;
  if (user) rule.user = user;
  if (nth) rule.nth = Number(nth);
  if (percent) rule.probability = Number(percent) / 100;
  if (times) rule.times = Number(times);
  return { ...rule, ...effect(kind, Number(number)) };
}

function effect(kind, number) {
  switch (kind) {
    case "delay": return { delay: { fixed: number } };
    case "limit": return { limit: { calls: number, seconds: 60 } };
    case "reset": return { reset: true };
    case "status": case "slow": return { [kind]: number };
    default: return { body: kind };
  }
}
