// The list of requests, newest first, pinned ones on top. Only the rows in view are in the page.

import { $, emptyState, h } from "./dom.js";
import { formatMicroseconds, formatTimeOfDay, statusClass } from "./format.js";
import { placeChildren, virtualRows } from "./virtual.js";

export const VERDICTS = { refused: "rejected", fault: "fault", broken: "contract violation" };

/** The list; `onSelect` is called with the number of a request, `noRequests` makes what is shown if there is none. */
export function requestList({ onSelect, noRequests }) {
  const list = $("requests-list");
  const view = $("requests-view");
  const rows = new WeakMap(); // by request: its element, which is made once
  let requests = [];
  let shown = [];
  let state = { selected: null, pins: new Set(), matches: () => true };
  let tabStop = null;
  const virtual = virtualRows({ viewport: view, sizer: list, render, height: 56 });

  list.addEventListener("click", (event) => {
    const row = event.target.closest("button");
    if (row) onSelect(Number(row.dataset.number));
  });
  list.addEventListener("keydown", (event) => {
    const index = shown.findIndex((each) => each.number === Number(event.target.dataset.number));
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined || !shown[to]) return;
    event.preventDefault();
    focus(shown[to].number);
  });

  function update(all, changed) {
    requests = all;
    state = { ...state, ...changed };
    const matching = requests.filter(state.matches).sort((one, other) => other.number - one.number);
    shown = [...matching.filter((each) => state.pins.has(each.number)), ...matching.filter((each) => !state.pins.has(each.number))];
    const focused = list.contains(document.activeElement) ? Number(document.activeElement.dataset.number) : null;
    tabStop = shown.some((each) => each.number === (focused ?? state.selected)) ? (focused ?? state.selected) : shown[0]?.number;
    virtual.update(shown.length);
    $("requests-empty").replaceChildren(...(shown.length ? [] : [requests.length ? emptyState("No request matches the filter") : noRequests()]));
    list.hidden = !shown.length;
  }

  function render(from, to) {
    const part = shown.slice(from, to);
    const hasTabStop = part.some((each) => each.number === tabStop);
    const elements = part.map((request, index) => {
      if (!rows.has(request)) rows.set(request, row(request));
      const item = rows.get(request);
      const isPinned = state.pins.has(request.number);
      Object.assign(item, { ariaSetSize: String(shown.length), ariaPosInSet: String(from + index + 1), className: isPinned ? "pinned" : "" });
      item.firstChild.tabIndex = request.number === tabStop || (!hasTabStop && index === 0) ? 0 : -1;
      item.firstChild.ariaCurrent = request.number === state.selected ? "true" : null;
      return item;
    });
    placeChildren(list, elements);
    return elements[0];
  }

  function focus(number) {
    tabStop = number;
    virtual.reveal(shown.findIndex((each) => each.number === number));
    list.querySelector(`[data-number="${number}"]`)?.focus({ preventScroll: true });
  }

  /** The number of the request that is `step` rows below the selected one. */
  function neighbour(step) {
    const index = shown.findIndex((each) => each.number === state.selected);
    return shown[index < 0 ? 0 : Math.max(0, Math.min(shown.length - 1, index + step))]?.number;
  }

  const reveal = (number) => virtual.reveal(Math.max(0, shown.findIndex((each) => each.number === number)));
  return { update, focus, neighbour, reveal };
}

function row({ number, method, path, status, operation, user, verdict, fault, by, at, microseconds, changes }) {
  return h("li", {}, h("button", { type: "button", className: "exchange", "data-number": number, title: `${method} ${path}` },
    h("span", { className: `status ${statusClass(status)}` }, status || "—"),
    h("span", { className: "call" }, h("strong", {}, method), " ", path),
    h("span", { className: "hint" },
      verdict === "fault" && h("span", { className: "mark" }, `fault: ${fault}`),
      verdict === "broken" && h("span", { className: "mark" }, VERDICTS.broken),
      [operation ?? "unknown operation", user, by && `by the ${by}`, changes > 0 && `changed ${changes}`].filter(Boolean).join(" · ")),
    h("span", { className: "hint when" }, `#${number} · ${formatTimeOfDay(at)} · ${formatMicroseconds(microseconds)}`)));
}

/** A function that decides whether a request has all words, and the kind of response. */
export function requestFilter(words, kind) {
  const wanted = words.toLowerCase().split(/\s+/);
  return ({ method, path, operation, user, status, verdict, number }) => {
    const content = `${method} ${path} ${operation} ${user} #${number}`.toLowerCase();
    return (kind === "fault" ? verdict === "fault" : String(status).startsWith(kind)) && wanted.every((word) => content.includes(word));
  };
}
