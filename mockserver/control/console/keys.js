// Single-key shortcuts, off while you type. They can be switched off, as some input methods send letters by themselves.

import { button, h } from "./dom.js";
import { openDialog } from "./dialog.js";

/** Run the function of `actions` for the key that is pressed; `?` lists them. An action is `[key, description, work]`. */
export function shortcuts(actions) {
  let enabled = true;
  const all = [...actions, ["?", "Show this list", help]];

  addEventListener("keydown", (event) => {
    if (!enabled || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const action = all.find(([key]) => key === event.key);
    if (!action || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    action[2]();
  });

  function help() {
    const check = h("input", { type: "checkbox", checked: enabled, onchange: () => { enabled = check.checked; } });
    openDialog({
      title: "Keyboard shortcuts", action: "Close", cancel: false,
      content: [
        h("dl", { className: "keys" }, all.map(([key, description]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, description)])),
        h("label", { className: "check" }, check, "Use single-key shortcuts"),
      ],
    });
  }

  return button("?", help, { className: "quiet icon", "aria-label": "Keyboard shortcuts", title: "Keyboard shortcuts" });
}

function isTyping(element) {
  return element.closest("input, textarea, select, [contenteditable]") !== null;
}
