// The faults: how many are in force, in the bar; and the panel with presets, rules as sentences, and a form that adds rules.

import { $, button, h, notify } from "./dom.js";
import { faultForm } from "./fault-form.js";
import { count, describeRule } from "./format.js";

/** The panel of faults. */
export function faultsPanel(context) {
  let faults = { rules: [], presets: [] };
  const inForce = h("a", { href: "#faults", className: "button quiet" });
  const switches = h("ul", { className: "presets", "aria-label": "Presets" });
  const rules = h("ul", { className: "rules", "aria-label": "Active rules" });
  const removeAll = button("Remove all faults", () => replace([], []), { className: "quiet" });
  $("faults-in-force").append(inForce);
  $("faults-body").replaceChildren(rules, faultForm(context, add), switches);
  $("faults-title").parentElement.append(removeAll);
  switches.append(...context.presets.map((each) => presetItem(each, toggle)));

  function render(received) {
    faults = received;
    for (const each of switches.querySelectorAll("button")) each.ariaChecked = String(faults.presets.includes(each.dataset.preset));
    const ownRules = faults.rules.filter((each) => !each.preset);
    const active = faults.presets.length + ownRules.filter((each) => !isSpent(each)).length;
    inForce.textContent = active ? `${count(active, "fault")} in force` : "No faults";
    inForce.classList.toggle("active", active > 0);
    rules.replaceChildren(...ownRules.map((each) => ruleItem(each, () => replace(ownRules.filter((other) => other !== each), faults.presets))));
    rules.hidden = !ownRules.length;
    removeAll.hidden = !faults.rules.length;
  }

  const replace = async (ownRules, presets) => render(await context.change("PUT", { rules: ownRules.map(({ rule }) => rule), presets }, "faults"));

  async function toggle(name) {
    const presets = faults.presets.includes(name) ? faults.presets.filter((each) => each !== name) : [...faults.presets, name];
    await replace(faults.rules.filter((each) => !each.preset), presets);
  }

  async function add(rule) {
    render(await context.change("POST", rule, "faults"));
    notify(`Fault added. ${describeRule(rule)}`);
  }

  const refresh = async () => render(await context.read("faults"));
  return { show: (shown) => render(shown.faults), refresh, update: (isShown) => isShown && refresh() };
}

/** A rule that was applied as often as it should be does nothing any more. */
const isSpent = ({ rule, done }) => rule.times !== undefined && done >= rule.times;

function presetItem({ name, description }, toggle) {
  const id = `preset-${name}`;
  return h("li", {},
    button(name, () => toggle(name), { role: "switch", className: "switch", "aria-describedby": id, "data-preset": name }),
    h("p", { id, className: "hint" }, description));
}

function ruleItem(each, remove) {
  const description = describeRule(each.rule);
  const applied = each.met ? `Applied to ${each.done} of ${count(each.met, "matching request")}.` : "No matching request yet.";
  return h("li", { className: isSpent(each) ? "spent" : "" },
    h("p", {}, description, h("span", { className: "hint" }, ` ${applied}${isSpent(each) ? " No longer in force." : ""}`)),
    button("Remove", remove, { className: "quiet", "aria-label": `Remove: ${description}` }));
}
