// Drawing, and nothing else: each function turns values into elements. Text goes in as text, never as HTML.

import { day, placeOf, trustOf } from "./trust.js";

/** An element with properties, attributes (names with a dash, role, class) and children. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && !name.includes("-")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** One device as a list item; `act` is called with "trust" or "untrust". */
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
    element("p", { className: "trust" }, element("strong", { textContent: trust.word }), ` ${trust.sentence}`),
    button,
    ...(problem ? [element("p", { className: "problem", role: "alert", textContent: problem })] : []));
}

function icon(kind) {
  const [svg, use] = ["svg", "use"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  use.setAttribute("href", `kinds.svg#${["MOBILE", "TABLET"].includes(kind) ? kind.toLowerCase() : "desktop"}`);
  svg.append(use);
  return svg;
}

/** What stands in the list's place until the first answer. */
export function placeholders(count = 3) {
  return Array.from({ length: count }, () => element("li", { className: "placeholder", "aria-hidden": "true" }));
}

/** A list without devices. */
export function emptyItem() {
  return element("li", { className: "empty", textContent: "No device has signed in to this account yet." });
}

/** A failure of the whole list, with a way out of it. */
export function problemBox(message, retry) {
  return element("div", { className: "problem" },
    element("p", {}, element("strong", { textContent: "Your devices cannot be shown. " }), message),
    element("button", { type: "button", textContent: "Try again", onclick: retry }));
}
