// The real backend beside the mock: who answers what, as rules and switches. The panel is hidden where there is none.

import { call } from "./api.js";
import { combobox } from "./combobox.js";
import { $, button, h, notify, runBusy } from "./dom.js";

const SWITCHES = [
  ["fallback", "Fallback", "The mock answers what the backend doesn't have."],
  ["overlay", "Overlay", "What mocked operations have changed is laid over the responses of the backend."],
  ["fail", "Fail", "A response of the backend that breaks the contract is replaced by a 502."],
];
const NAMES = { backend: "the backend", mock: "the mock" };

/** The panel of the backend. */
export function backendPanel(context) {
  const section = $("backend");
  section.hidden = $("backend-link").hidden = !context.about.backend;
  if (!context.about.backend) return { refresh: async () => {}, update: () => {} };
  let routes = { rules: [] };
  const sentence = h("p", {});
  const rules = h("ul", { className: "rules", "aria-label": "Rules of who answers" });
  const switches = h("ul", { className: "presets", "aria-label": "Settings of the backend" }, SWITCHES.map((each) => switchItem(each, (name) => change({ [name]: !routes[name] }))));
  $("backend-body").replaceChildren(sentence, rules, ruleForm(context, add), switches);

  function render(received) {
    routes = received;
    sentence.textContent = `${routes.others === "backend" ? routes.url : "The mock"} answers all operations that no rule names.`;
    for (const each of switches.querySelectorAll("button")) each.ariaChecked = String(routes[each.dataset.setting]);
    rules.replaceChildren(...routes.rules.map((each) => ruleItem(each, () => change({ rules: routes.rules.filter((other) => other !== each) }))));
    rules.hidden = !routes.rules.length;
  }

  const change = async (changes) => render(await call("PATCH", "backend", changes));

  async function add(rule) {
    const others = routes.rules.filter((each) => each.operation !== rule.operation);
    await change({ rules: [rule, ...others] });
    notify(`Rule added. ${describe(rule)}`);
  }

  const refresh = async () => render(await call("GET", "backend"));
  return { refresh, update: () => {} };
}

/** A rule as a sentence. */
const describe = ({ operation, by }) => `${operation} is answered by ${NAMES[by]}.`;

function switchItem([name, label, description], toggle) {
  const id = `backend-${name}`;
  return h("li", {},
    button(label, () => toggle(name), { role: "switch", className: "switch", "aria-describedby": id, "data-setting": name }),
    h("p", { id, className: "hint" }, description));
}

function ruleItem(rule, remove) {
  return h("li", {}, h("p", {}, describe(rule)), button("Remove", remove, { className: "quiet", "aria-label": `Remove: ${describe(rule)}` }));
}

function ruleForm({ about, loadDetails }, add) {
  const operation = combobox({
    id: "backend-operation", label: "Operation", placeholder: "Search operations", load: loadDetails,
    options: () => about.operations.map((each) => ({ value: each.operation, text: each.operation, hint: `${each.method} ${each.path}` })),
  });
  const by = h("select", { name: "by", "aria-label": "Who answers" }, Object.entries(NAMES).map(([value, text]) => h("option", { value }, text)));
  by.value = "mock";
  const form = h("form", { className: "sentence", "aria-label": "Add a rule" },
    h("span", { className: "group" }, "Have", by), h("span", { className: "group" }, "answer", operation.element),
    h("button", { type: "submit", className: "primary" }, "Add rule"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    runBusy(event.submitter, async () => {
      if (!operation.value) throw new Error("Choose an operation first.");
      await add({ operation: operation.value, by: by.value });
    });
  });
  return form;
}
