// The faults panel: switches for the presets, and a form that adds single rules.

import { call } from "./api.js";
import { $, button, field, h, notify, runBusy } from "./dom.js";
import { count, describeRule } from "./format.js";

const EFFECTS = [
  ["status", "Return a status code"], ["delay", "Delay the response"], ["slow", "Slow body"], ["truncated", "Truncated body"],
  ["malformed", "Malformed body"], ["empty", "Empty body"], ["reset", "Close the connection"], ["limit", "Rate limit"],
];
const NUMBERS = {
  status: { label: "Status code", value: 500, min: 200, max: 599 },
  delay: { label: "Milliseconds", value: 2000, min: 0, max: 30000 },
  slow: { label: "Bytes per second", value: 100, min: 1, max: 10000000 },
  limit: { label: "Requests per minute", value: 5, min: 0, max: 1000000 },
};

/** The panel of faults. */
export function faultsPanel(context) {
  let faults = { rules: [], presets: [] };
  const switches = h("ul", { className: "presets", "aria-label": "Presets" });
  const rules = h("ul", { className: "rules", "aria-label": "Active rules" });
  const form = faultForm(context.about, add);
  $("faults-body").append(switches, rules, h("details", { open: matchMedia("(min-width: 60rem)").matches }, h("summary", {}, "Add a fault"), form));
  const presetsLoaded = call("GET", "presets").then(({ presets }) => switches.append(...presets.map((each) => presetItem(each, toggle))));

  async function render(received) {
    faults = received;
    await presetsLoaded;
    for (const each of switches.querySelectorAll("button")) each.ariaChecked = String(faults.presets.includes(each.dataset.preset));
    const ownRules = faults.rules.filter((each) => !each.preset);
    rules.replaceChildren(...ownRules.map((each) => ruleItem(each, () => replace(ownRules.filter((other) => other !== each), faults.presets))));
    rules.hidden = !ownRules.length;
  }

  const replace = async (ownRules, presets) => render(await context.change("PUT", { rules: ownRules.map(({ rule }) => rule), presets }, "faults"));

  async function toggle(name) {
    const presets = faults.presets.includes(name) ? faults.presets.filter((each) => each !== name) : [...faults.presets, name];
    await replace(faults.rules.filter((each) => !each.preset), presets);
  }

  async function add(rule) {
    await render(await context.change("POST", rule, "faults"));
    notify(`Fault added. ${describeRule(rule)}`);
  }

  const refresh = async () => render(await context.read("faults"));
  return { refresh, update: (isShown) => isShown && refresh() };
}

function presetItem({ name, description }, toggle) {
  const id = `preset-${name}`;
  return h("li", {},
    button(name, () => toggle(name), { role: "switch", className: "switch", "aria-describedby": id, "data-preset": name }),
    h("p", { id, className: "hint" }, description));
}

function ruleItem({ rule, met, done }, remove) {
  const description = describeRule(rule);
  return h("li", {},
    h("p", {}, description, h("span", { className: "hint" }, met ? ` applied to ${done} of ${count(met, "matching request")}` : " no matching request yet")),
    button("×", remove, { className: "quiet icon", "aria-label": `Remove: ${description}` }));
}

function faultForm(about, add) {
  const choices = (names, first) => [["", first], ...names.map((name) => [name, name])];
  const number = h("div", {});
  const form = h("form", {},
    field({ name: "operation", label: "Operation", options: choices(about.operations.map((each) => each.operation), "Any operation") }),
    field({ name: "effect", label: "Effect", options: EFFECTS }),
    number,
    field({ name: "times", label: "How many times", type: "number", min: 1, max: 1000000, value: 1, hint: "Leave empty for no limit" }),
    h("details", {}, h("summary", {}, "Limit to some requests"),
      field({ name: "user", label: "User", options: choices(about.users.map((each) => each.name), "Any user") }),
      field({ name: "nth", label: "Only request number", type: "number", min: 1, max: 1000000 }),
      field({ name: "percent", label: "Percentage of requests", type: "number", min: 0, max: 100 })),
    h("button", { type: "submit", className: "primary" }, "Add fault"));
  const showNumber = () => {
    const wanted = NUMBERS[form.elements.effect.value];
    number.replaceChildren(...(wanted ? [field({ name: "number", type: "number", required: true, ...wanted })] : []));
    form.elements.times.value = form.elements.effect.value === "limit" ? "" : 1;
  };
  form.elements.effect.addEventListener("change", showNumber);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    runBusy(event.submitter, () => add(ruleFrom(Object.fromEntries(new FormData(form)))));
  });
  showNumber();
  return form;
}

/** The fault rule for the values of the form. */
export function ruleFrom({ operation, effect, number, times, user, nth, percent }) {
  const rule = {};
  if (operation) rule.operation = operation;
  if (user) rule.user = user;
  if (nth) rule.nth = Number(nth);
  if (percent) rule.probability = Number(percent) / 100;
  if (times) rule.times = Number(times);
  return { ...rule, ...effectFrom(effect, Number(number)) };
}

function effectFrom(effect, number) {
  switch (effect) {
    case "delay": return { delay: { fixed: number } };
    case "limit": return { limit: { calls: number, seconds: 60 } };
    case "reset": return { reset: true };
    case "status": case "slow": return { [effect]: number };
    default: return { body: effect };
  }
}
