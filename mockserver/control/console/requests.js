// What the world is asked, as it happens: a list, newest first, and one request in detail.

import { address, within } from "./api.js";
import { $, empty, h } from "./dom.js";
import { explanation } from "./explanation.js";
import { duration, kindOf, timeOfDay } from "./format.js";

const MOST = 300;
const NEWS = 1000; // a screen reader is told at most once a second

/** The panel of requests. */
export function requestsPanel(context) {
  const list = $("requests-list");
  const detail = $("request");
  const text = h("input", { type: "search", placeholder: "Filter: path, operation, user", "aria-label": "Filter requests", oninput: draw });
  const status = h("select", { "aria-label": "Status", onchange: draw },
    [["", "All answers"], ["2", "2xx"], ["4", "4xx"], ["5", "5xx"], ["fault", "Faults"]].map(([value, label]) => h("option", { value }, label)));
  const archive = h("a", { className: "button quiet" }, "HAR");
  $("requests-tools").append(text, status, archive);
  const announce = announcer();
  let world = null;
  let found = new Map();
  let arriving = new Map(); // what is heard while the list is on its way, and may not be in it
  let chosen = null;
  let drawn = 0;

  list.addEventListener("keydown", (event) => moveIn(list, event));
  list.addEventListener("click", (event) => {
    const row = event.target.closest("button");
    if (row) choose(Number(row.dataset.number));
  });
  detail.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.querySelector(`[data-number="${chosen}"]`)?.focus();
  });

  async function refresh() {
    arriving = new Map();
    const { requests } = await context.read("requests", { limit: MOST });
    if (world !== context.world) forget();
    found = new Map([...requests.map((entry) => [entry.number, summaryOf(entry)]), ...arriving]);
    archive.href = address(within(world, "requests.har"));
    archive.download = `requests-${world}.har`;
    if (!found.has(chosen)) forget();
    draw();
  }

  function forget() {
    [world, chosen] = [context.world, null];
    detail.replaceChildren(empty("No request chosen", "Choose one to see why it was answered so, what it changed, and how to repeat it."));
  }

  function heard({ type, world: where, request }) {
    if (type !== "request" || where !== context.world) return;
    arriving.set(request.number, request);
    if (found.has(request.number)) return;
    found.set(request.number, request);
    if (found.size > MOST) found.delete(found.keys().next().value);
    announce(`${request.method} ${request.path}: ${statusText(request)}`);
    drawn ||= requestAnimationFrame(draw);
  }

  function draw() {
    drawn = 0;
    const fits = filter(text.value.trim().toLowerCase(), status.value);
    const shown = [...found.values()].filter(fits).sort((one, other) => other.number - one.number);
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.number : null;
    const stop = Number(focused ?? chosen ?? shown[0]?.number);
    list.replaceChildren(...shown.map((request) => row(request, request.number === chosen, request.number === stop)));
    if (shown.length && !list.querySelector("[tabindex='0']")) list.querySelector("button").tabIndex = 0;
    if (focused) list.querySelector(`[data-number="${focused}"]`)?.focus({ preventScroll: true });
    if (!shown.length) list.replaceChildren(h("li", {}, found.size ? empty("No request fits the filter") : nothingYet(context)));
  }

  async function choose(number) {
    chosen = number;
    draw();
    detail.replaceChildren(await explanation(context, number));
    detail.scrollTop = 0;
    detail.querySelector("h3").focus({ preventScroll: matchMedia("(min-width: 60rem)").matches });
  }

  return { refresh, heard };
}

function summaryOf({ request, answer, ...entry }) {
  return { ...entry, method: request.method, path: request.path, status: answer.status };
}

function row(request, chosen, stop) {
  const { number, method, path, status, operation, user, verdict, fault, at, microseconds } = request;
  return h("li", {}, h("button", {
    type: "button", className: "exchange", "data-number": number, tabIndex: stop ? 0 : -1, "aria-current": chosen ? "true" : null,
  },
  h("span", { className: `status ${kindOf(status)}` }, status || "—"),
  h("span", { className: "call" }, h("strong", {}, method), " ", path),
  h("span", { className: "hint" }, [operation ?? "no operation", user].filter(Boolean).join(" · ")),
  verdict === "fault" && h("span", { className: "mark" }, `fault: ${fault || "asked for"}`),
  verdict === "broken" && h("span", { className: "mark" }, "withheld"),
  h("span", { className: "hint when" }, `#${number} · ${timeOfDay(at)} · ${duration(microseconds)}`)));
}

function statusText({ status, verdict }) {
  return status ? `${status}${verdict === "kept" ? "" : `, ${verdict}`}` : "no answer";
}

function filter(words, kind) {
  return (request) => {
    const said = `${request.method} ${request.path} ${request.operation} ${request.user}`.toLowerCase();
    const fits = kind === "fault" ? request.verdict === "fault" : String(request.status).startsWith(kind);
    return fits && words.split(/\s+/).every((word) => said.includes(word));
  };
}

function nothingYet({ world, about }) {
  const first = about.operations.find((each) => each.method === "GET" && !each.path.includes("{"));
  const token = about.users[0]?.token;
  const suffix = world === "main" ? "" : `~${world}`;
  const line = `curl ${about.url}${first?.path ?? "/"}${token ? ` -H 'Authorization: Bearer ${token}${suffix}'` : ""}`;
  return empty("No requests yet", "They appear here as they come. Try:", h("code", {}, line));
}

/** Arrow keys, Home and End move within a list of buttons that is one stop of the Tab key. */
function moveIn(list, event) {
  const rows = [...list.querySelectorAll("button")];
  const at = rows.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
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
        $("news").textContent = `${waiting.at(-1)}${more}`;
        waiting = [];
      }, NEWS);
    }
    waiting.push(message);
  };
}
