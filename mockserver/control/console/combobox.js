// An input that offers the options that match what is typed, following the ARIA combobox pattern. For a few or for thousands of options.

import { h, notify } from "./dom.js";

const SHOWN = 50;
let ids = 0;

/** A combobox. `options()` returns the options as `{ value, text, hint }`; `onSelect` is called with the value of the chosen one.
 *  With `other`, a text that matches nothing can be chosen too if it fits this pattern. `load` gets the options ready when the input gets the focus. */
export function combobox({ id, label, options, value = "", placeholder = "", other = null, load = null, onSelect = () => {} }) {
  const listId = `options-${++ids}`;
  const list = h("ul", { id: listId, role: "listbox", "aria-label": "Options" });
  const more = h("p", { className: "hint" });
  const popup = h("div", { className: "options", hidden: true }, list, more);
  const input = h("input", {
    id, type: "text", role: "combobox", autocomplete: "off", spellcheck: false, placeholder, "aria-label": label,
    "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list",
  });
  let selected = value;
  let active = -1;
  let typed = "";
  let loading = null;
  const isOpen = () => !popup.hidden;

  function matching(words) {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = options().filter(({ text, hint = "" }) => wanted.every((word) => `${text} ${hint}`.toLowerCase().includes(word)));
    const rank = ({ text }) => (text.toLowerCase() === words.trim().toLowerCase() ? 0 : text.toLowerCase().startsWith(wanted[0]) ? 1 : 2);
    return wanted.length ? found.sort((one, other) => rank(one) - rank(other)) : found; // what was typed whole comes first
  }

  function open(words) {
    typed = words;
    const found = matching(words);
    const current = Math.max(0, found.findIndex((each) => each.value === selected));
    const from = words ? 0 : Math.max(0, Math.min(current - 5, found.length - SHOWN)); // the chosen option is among the first
    list.replaceChildren(...found.slice(from, from + SHOWN).map((each, index) => option(each, `${listId}-${index}`)));
    const hidden = found.length - list.children.length;
    more.textContent = found.length ? (hidden ? `${hidden.toLocaleString("en")} more: type to find them` : "") : "Nothing matches";
    popup.hidden = false;
    input.ariaExpanded = "true";
    activate(found.length ? (words ? 0 : current - from) : -1);
  }

  function option({ value: each, text, hint }, optionId) {
    return h("li", { id: optionId, role: "option", "aria-selected": String(each === selected), "data-value": each }, text, hint && h("span", { className: "hint" }, hint));
  }

  function activate(index) {
    list.children[active]?.classList.remove("active");
    active = index;
    const element = list.children[active];
    element?.classList.add("active");
    element?.scrollIntoView({ block: "nearest" });
    if (element) input.setAttribute("aria-activedescendant", element.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    popup.hidden = true;
    input.ariaExpanded = "false";
    input.removeAttribute("aria-activedescendant");
    show();
  }

  function choose(element) {
    if (!element && !other?.test(typed.trim())) return;
    selected = element ? element.dataset.value : typed.trim();
    close();
    onSelect(selected);
  }

  function loadOptions() {
    loading = load()
      .then(() => isOpen() && open(typed), (error) => notify(error.message, "failure"))
      .finally(() => { loading = null; });
  }

  /** Whoever types faster than the options are loaded gets the one that was meant. */
  async function chooseActive() {
    await loading;
    if (isOpen()) choose(list.children[active]);
  }

  const show = () => { input.value = options().find((each) => each.value === selected)?.text ?? selected; };

  if (load) input.addEventListener("focus", loadOptions);
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("click", () => { if (!isOpen()) { input.select(); open(""); } });
  input.addEventListener("blur", () => isOpen() && close());
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !isOpen()) open("");
    else if (step) activate(Math.max(0, Math.min(list.children.length - 1, active + step)));
    else if (event.key === "Enter" && isOpen()) chooseActive();
    else if (event.key === "Escape" && isOpen()) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  popup.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
  list.addEventListener("click", (event) => choose(event.target.closest("[role=option]")));
  show();
  return {
    element: h("div", { className: "combobox" }, input, popup),
    get value() { return selected; },
    set value(next) {
      selected = next;
      if (!isOpen()) show();
      else open(typed); // the options may be others now
    },
  };
}
