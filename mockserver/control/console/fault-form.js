// The form that adds a fault, as a sentence: when an operation is called by someone, something happens, so often.

import { combobox } from "./combobox.js";
import { h, runBusy } from "./dom.js";

const EFFECTS = [
  ["status", "return the status"], ["delay", "delay the response by"], ["slow", "send the body slowly, at"], ["truncated", "cut the body off"],
  ["malformed", "send half of the body"], ["empty", "send no body"], ["reset", "close the connection"], ["limit", "limit the rate to"],
];
const OF_JOBS = ["fails", "let the job fail"];
const NUMBERS = {
  status: { label: "Status code", unit: "", value: 500, min: 200, max: 599 },
  delay: { label: "Milliseconds", unit: "ms", value: 2000, min: 0, max: 30000 },
  slow: { label: "Bytes per second", unit: "B/s", value: 100, min: 1, max: 10000000 },
  limit: { label: "Requests per minute", unit: "requests a minute", value: 5, min: 0, max: 1000000 },
};
const OFTEN = [["once", "once"], ["always", "every time"], ["times", "several times:"], ["nth", "only request number"], ["percent", "for a share of the requests:"]];
const OFTEN_NUMBERS = {
  times: { label: "How many times", unit: "times", value: 3, min: 1, max: 1000000 },
  nth: { label: "Number of the request", unit: "", value: 2, min: 1, max: 1000000 },
  percent: { label: "Percentage of requests", unit: "%", value: 20, min: 0, max: 100 },
};

/** The form; `add` gets the rule. */
export function faultForm({ about, loadDetails }, add) {
  const operation = combobox({
    id: "fault-operation", label: "Operation", placeholder: "Search operations", load: loadDetails,
    options: () => [{ value: "", text: "any operation" }, ...about.operations.map((each) => ({ value: each.operation, text: each.operation, hint: `${each.method} ${each.path}` }))],
  });
  const user = choice("user", "User", [["", "anyone"], ...about.users.map(({ name }) => [name, name])]);
  const effect = choice("effect", "Effect", about.jobs ? [...EFFECTS, OF_JOBS] : EFFECTS);
  const often = choice("often", "How often", OFTEN);
  const amount = h("span", { className: "group" });
  const repeats = h("span", { className: "group" });
  const form = h("form", { className: "sentence", "aria-label": "Add a fault" },
    h("span", { className: "group" }, "When", operation.element), h("span", { className: "group" }, "is called by", user),
    h("span", { className: "group" }, effect, amount), h("span", { className: "group" }, often, repeats),
    h("button", { type: "submit", className: "primary" }, "Add fault"));
  const showAmount = () => {
    amount.replaceChildren(...numberFor("amount", NUMBERS[effect.value]));
    often.value = effect.value === "limit" ? "always" : "once";
    showRepeats();
  };
  const showRepeats = () => repeats.replaceChildren(...numberFor("repeats", OFTEN_NUMBERS[often.value]));
  effect.addEventListener("change", showAmount);
  often.addEventListener("change", showRepeats);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    runBusy(event.submitter, () => add(ruleFrom({ operation: operation.value, ...Object.fromEntries(new FormData(form)) })));
  });
  showAmount();
  return form;
}

function choice(name, label, options) {
  return h("select", { name, "aria-label": label }, options.map(([value, text]) => h("option", { value }, text)));
}

function numberFor(name, wanted) {
  if (!wanted) return [];
  const { label, unit, ...limits } = wanted;
  return [h("input", { name, type: "number", "aria-label": label, required: true, ...limits }), unit];
}

/** The fault rule for the values of the form. */
export function ruleFrom({ operation, user, effect, amount, often, repeats }) {
  const rule = {};
  if (operation) rule.operation = operation;
  if (user) rule.user = user;
  if (often === "once") rule.times = 1;
  if (often === "times") rule.times = Number(repeats);
  if (often === "nth") rule.nth = Number(repeats);
  if (often === "percent") rule.probability = Number(repeats) / 100;
  return { ...rule, ...effectFrom(effect, Number(amount)) };
}

function effectFrom(effect, number) {
  switch (effect) {
    case "delay": return { delay: { fixed: number } };
    case "limit": return { limit: { calls: number, seconds: 60 } };
    case "reset": case "fails": return { [effect]: true };
    case "status": case "slow": return { [effect]: number };
    default: return { body: effect };
  }
}
