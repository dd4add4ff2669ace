// Rendering: each function turns values into elements. Text is inserted as text, never as HTML.

import { day, placeOf, trustOf } from "./trust.js";

/** Create an element with properties, attributes (names with a dash, role, class) and children. */
export function element(tag, properties = {}, ...children) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in created && !name.includes("-")) created[name] = value;
    else created.setAttribute(name, value);
  }
  created.append(...children);
  return created;
}

/** The list item of a device; `act` is called with "trust" or "untrust". */
export function deviceItem(device, { pending, problem, act }) {
  const trust = trustOf(device);
  const verb = device.isTrusted ? "untrust" : "trust";
  const label = { trust: trust.state === "expired" ? "Trust again" : "Trust", untrust: "Stop trusting" }[verb];
  const name = element("h2", { textContent: device.deviceName, id: `name-${device.id}` });
  const button = element("button", {
    type: "button",
    className: verb === "trust" ? "" : "quiet",
    textContent: pending ? "Working…" : problem ? "Try again" : label,
    "aria-describedby": name.id,
    "aria-disabled": String(Boolean(pending)),
    onclick: () => pending || act(verb),
  });
  return element("li", { className: trust.state, "data-device": device.id },
    element("span", { className: "kind", "aria-hidden": "true" }, icon(device.deviceType)),
    element("div", { className: "what" },
      name,
      element("p", { textContent: `${device.os} · ${device.browser}` }),
      element("p", { textContent: `${placeOf(device)} · last seen ${day(device.lastSeen)}` })),
    element("p", { className: "trust" }, element("strong", { textContent: trust.label }), ` ${trust.detail}`),
    button,
    ...(problem ? [element("p", { className: "problem", role: "alert", textContent: problem })] : []));
}

function icon(kind) {
  const [svg, use] = ["svg", "use"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  use.setAttribute("href", `kinds.svg#${["MOBILE", "TABLET"].includes(kind) ? kind.toLowerCase() : "desktop"}`);
  svg.append(use);
  return svg;
}

/** Placeholders until the first response arrives. */
export function placeholders(count = 3) {
  return Array.from({ length: count }, () => element("li", { className: "placeholder", "aria-hidden": "true" }));
}

/** The message for an empty list. */
export function emptyItem() {
  return element("li", { className: "empty", textContent: "No device has signed in to this account yet." });
}

/** An error message with a button to try again. */
export function problemBox(message, retry) {
  return element("div", { className: "problem" },
    element("p", {}, element("strong", { textContent: "Your devices cannot be shown. " }), message),
    element("button", { type: "button", textContent: "Try again", onclick: retry }));
}
