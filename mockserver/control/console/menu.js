// A button of the bar with a panel below it. The browser opens it, closes it with Escape or a click elsewhere, and returns the focus.

import { h } from "./dom.js";

const GAP = 6;

/** A button and the panel that it opens; `label` names both for screen readers, `id` identifies the panel. */
export function menu({ id, label, content, ...properties }, ...children) {
  const panel = h("div", { id, popover: "auto", className: "menu", role: "dialog", "aria-label": label }, h("h2", {}, label), content);
  const opener = h("button", { type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", ...properties }, ...children);
  opener.popoverTargetElement = panel;
  panel.addEventListener("beforetoggle", ({ newState }) => newState === "open" && place(panel, opener));
  panel.addEventListener("toggle", ({ newState }) => {
    opener.ariaExpanded = String(newState === "open");
    if (newState === "open") place(panel, opener); // its size is known now
  });
  return { opener, panel };
}

function place(panel, opener) {
  const { left, bottom } = opener.getBoundingClientRect();
  panel.style.top = `${bottom + GAP}px`;
  panel.style.left = `${Math.max(GAP, Math.min(left, document.documentElement.clientWidth - panel.offsetWidth - GAP))}px`;
  panel.style.maxHeight = `${innerHeight - bottom - 2 * GAP}px`;
}
