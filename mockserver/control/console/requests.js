// The requests panel: a live list of the world's requests, newest first, and the details of one request.

import { pathIn, urlOf } from "./api.js";
import { $, emptyState, h } from "./dom.js";
import { explanation } from "./explanation.js";
import { formatMicroseconds, formatTimeOfDay, statusClass } from "./format.js";

const MAX_ROWS = 300;
const ANNOUNCE_DELAY = 1000; // milliseconds: screen readers get at most one announcement per second
const VERDICTS = { refused: "rejected", fault: "fault", broken: "contract violation" };

/** The panel of requests. */
export function requestsPanel(context) {
  const list = $("requests-list");
  const details = $("request");
  const text = h("input", { type: "search", placeholder: "Path, operation, user", "aria-label": "Filter requests", oninput: render });
  const status = h("select", { "aria-label": "Status", onchange: render },
    [["", "All responses"], ["2", "2xx"], ["4", "4xx"], ["5", "5xx"], ["fault", "Faults"]].map(([value, label]) => h("option", { value }, label)));
  const archive = h("a", { className: "button quiet" }, "Export HAR");
  $("requests-tools").append(text, status, archive);
  const announce = announcer();
  let world = null;
  let requests = new Map();
  let arrivals = new Map(); // requests that arrive while the list is loading, and may not be in it
  let selected = null;
  let frame = 0;

  list.addEventListener("keydown", (event) => moveIn(list, event));
  list.addEventListener("click", (event) => {
    const row = event.target.closest("button");
    if (row) select(Number(row.dataset.number));
  });
  details.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.querySelector(`[data-number="${selected}"]`)?.focus();
  });

  async function refresh() {
    arrivals = new Map();
    const loaded = await context.read("requests", { limit: MAX_ROWS });
    if (world !== context.world) clearDetails();
    requests = new Map([...loaded.requests.map((entry) => [entry.number, summaryOf(entry)]), ...arrivals]);
    archive.href = urlOf(pathIn(world, "requests.har"));
    archive.download = `requests-${world}.har`;
    if (!requests.has(selected)) clearDetails();
    render();
  }

  function clearDetails() {
    [world, selected] = [context.world, null];
    details.replaceChildren(emptyState("No request selected", "Select a request to see why it got this response, what it changed, and how to send it again."));
  }

  function onEvent({ type, world: eventWorld, request }) {
    if (type !== "request" || eventWorld !== context.world) return;
    arrivals.set(request.number, request);
    if (requests.has(request.number)) return;
    requests.set(request.number, request);
    if (requests.size > MAX_ROWS) requests.delete(requests.keys().next().value);
    announce(`${request.method} ${request.path}: ${statusText(request)}`);
    frame ||= requestAnimationFrame(render);
  }

  function render() {
    frame = 0;
    const matches = filter(text.value.trim().toLowerCase(), status.value);
    const shown = [...requests.values()].filter(matches).sort((one, other) => other.number - one.number);
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.number : null;
    const tabStop = Number(focused ?? selected ?? shown[0]?.number);
    list.replaceChildren(...shown.map((request) => row(request, request.number === selected, request.number === tabStop)));
    if (shown.length && !list.querySelector("[tabindex='0']")) list.querySelector("button").tabIndex = 0;
    if (focused) list.querySelector(`[data-number="${focused}"]`)?.focus({ preventScroll: true });
    if (!shown.length) list.replaceChildren(h("li", {}, requests.size ? emptyState("No request matches the filter") : noRequests(context)));
  }

  async function select(number) {
    selected = number;
    render();
    details.replaceChildren(await explanation(context, number));
    details.scrollTop = 0;
    details.querySelector("h3").focus({ preventScroll: matchMedia("(min-width: 60rem)").matches });
  }

  return { refresh, onEvent };
}

function summaryOf({ request, answer, ...entry }) {
  return { ...entry, method: request.method, path: request.path, status: answer.status };
}

function row(request, isSelected, isTabStop) {
  const { number, method, path, status, operation, user, verdict, fault, at, microseconds } = request;
  return h("li", {}, h("button", {
    type: "button", className: "exchange", "data-number": number, tabIndex: isTabStop ? 0 : -1, "aria-current": isSelected ? "true" : null,
  },
  h("span", { className: `status ${statusClass(status)}` }, status || "—"),
  h("span", { className: "call" }, h("strong", {}, method), " ", path),
  h("span", { className: "hint" }, [operation ?? "unknown operation", user].filter(Boolean).join(" · ")),
  verdict === "fault" && h("span", { className: "mark" }, `fault: ${fault}`),
  verdict === "broken" && h("span", { className: "mark" }, VERDICTS.broken),
  h("span", { className: "hint when" }, `#${number} · ${formatTimeOfDay(at)} · ${formatMicroseconds(microseconds)}`)));
}

function statusText({ status, verdict }) {
  return [status || "no response", VERDICTS[verdict]].filter(Boolean).join(", ");
}

function filter(words, kind) {
  return (request) => {
    const content = `${request.method} ${request.path} ${request.operation} ${request.user}`.toLowerCase();
    const matchesKind = kind === "fault" ? request.verdict === "fault" : String(request.status).startsWith(kind);
    return matchesKind && words.split(/\s+/).every((word) => content.includes(word));
  };
}

function noRequests({ world, about }) {
  const first = about.operations.find((each) => each.method === "GET" && !each.path.includes("{"));
  const token = about.users[0]?.token;
  const suffix = world === "main" ? "" : `~${world}`;
  const command = `curl ${about.url}${first?.path ?? "/"}${token ? ` -H 'Authorization: Bearer ${token}${suffix}'` : ""}`;
  return emptyState("No requests yet", "Requests appear here as they arrive. Try:", h("code", {}, command));
}

/** Arrow keys, Home and End move within a list of buttons that is a single tab stop. */
function moveIn(list, event) {
  const rows = [...list.querySelectorAll("button")];
  const index = rows.indexOf(document.activeElement);
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined || !rows[to]) return;
  event.preventDefault();
  for (const each of rows) each.tabIndex = -1;
  rows[to].tabIndex = 0;
  rows[to].focus();
}

function announcer() {
  let waiting = [];
  return (message) => {
    if (!waiting.length) {
      setTimeout(() => {
        const more = waiting.length > 1 ? `, and ${waiting.length - 1} more` : "";
        $("announcements").textContent = `${waiting.at(-1)}${more}`;
        waiting = [];
      }, ANNOUNCE_DELAY);
    }
    waiting.push(message);
  };
}
