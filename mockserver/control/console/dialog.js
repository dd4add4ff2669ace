// Dialogs that ask or confirm, and copying.

import { field, h, notify } from "./dom.js";

/** Open a dialog that confirms an action or asks for values. Returns the values, or null if the user cancels. If `submit`
 *  fails, the dialog stays open and shows the error. */
export function openDialog({ title, text = "", fields = [], content = [], action = "OK", danger = false, cancel = true, wide = false, submit = () => {} }) {
  const opener = focusable(document.activeElement);
  const error = h("p", { className: "problem", role: "alert" });
  const form = h("form", { method: "dialog" },
    h("h2", { id: "dialog-title" }, title),
    text && h("p", {}, text),
    fields.map(field), content,
    error,
    h("div", { className: "actions" },
      cancel && h("button", { type: "button", className: "quiet", onclick: () => dialog.close("") }, "Cancel"),
      h("button", { type: "submit", className: danger ? "danger" : "primary", value: "ok" }, action)));
  const dialog = h("dialog", { "aria-labelledby": "dialog-title", className: wide ? "wide" : "" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      await submit(Object.fromEntries(new FormData(form)));
      dialog.close("ok");
    } catch (problem) {
      error.textContent = problem.message;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const values = dialog.returnValue === "ok" ? Object.fromEntries(new FormData(form)) : null;
      dialog.remove();
      opener?.focus();
      resolve(values);
    });
  });
}

/** The element that gets the focus back: a button in a panel of the bar is gone with its panel, so it is the panel's opener. */
function focusable(element) {
  const panel = element?.closest("[popover]");
  return panel ? [...document.querySelectorAll("button")].find((each) => each.popoverTargetElement === panel) : element;
}

/** Copy a text to the clipboard. A page loaded over plain HTTP from another machine has no clipboard, so the text is shown. */
export async function copy(text, what) {
  if (!navigator.clipboard) {
    await openDialog({
      title: what, action: "Done",
      fields: [{ name: "text", label: "Text to copy", rows: 6, value: text, autofocus: true, onfocus: (event) => event.target.select() }],
    });
    return;
  }
  await navigator.clipboard.writeText(text);
  notify(`${what} copied.`);
}
