// The requests panel: a live list of the world's requests, and beside it the details of one, a new request, or a comparison.

import { pathIn, urlOf } from "./api.js";
import { comparison } from "./compare.js";
import { composer } from "./composer.js";
import { $, button, emptyState, h, notify } from "./dom.js";
import { explanation } from "./explanation.js";
import { count } from "./format.js";
import { importButton } from "./har.js";
import { shortcuts } from "./keys.js";
import { VERDICTS, requestFilter, requestList } from "./request-list.js";

const ANNOUNCE_DELAY = 1000; // milliseconds: screen readers get at most one announcement per second
const KINDS = [["", "All responses"], ["2", "2xx"], ["3", "3xx"], ["4", "4xx"], ["5", "5xx"], ["fault", "Faults"]];

/** The panel of requests. */
export function requestsPanel(context) {
  const details = $("request");
  const text = h("input", { type: "search", placeholder: "Path, operation, user", "aria-label": "Filter requests", oninput: render });
  const status = h("select", { "aria-label": "Status", onchange: render }, KINDS.map(([value, label]) => h("option", { value }, label)));
  const archive = h("a", { className: "button quiet" }, "Export HAR");
  const actions = { compose: (request) => compose(request), compare: (entry) => compare(entry), pin: togglePin, isPinned: (number) => pins.has(number) };
  const list = requestList({ onSelect: (number) => choose(number), noRequests: () => noRequests(context) });
  const announce = announcer();
  const pins = new Set(context.pins);
  const most = context.about.limits.entries;
  let world = null;
  let requests = new Map();
  let arrivals = new Map(); // requests that arrive while the list is loading, and may not be in it
  let selected = null;
  let unloaded = 0;
  let frame = 0;

  const help = shortcuts([
    ["/", "Filter the requests", () => text.focus()],
    ["j", "Next request, further down", () => move(1)],
    ["k", "Previous request, further up", () => move(-1)],
    ["n", "New request", () => compose().catch(showError)],
    ["p", "Pin the request, or unpin it", () => selected && togglePin(selected)],
    ["c", "Compare the request with another one", () => details.querySelector("[data-action=compare]")?.click()],
  ]);
  $("requests-tools").append(text, status, button("New request", () => compose(), { className: "primary" }),
    ...importButton(context, { onDone: refresh, onSelect: choose }), archive, help);
  details.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && selected && !event.defaultPrevented) list.focus(selected);
  });

  async function refresh() {
    arrivals = new Map();
    show(await context.read("requests", { limit: most, as: "summary" }));
  }

  /** The newest requests at the start, all of them later; `total` is how many there are. */
  function show({ requests: loaded, total = loaded.length }) {
    unloaded = total - loaded.length;
    if (world !== null && world !== context.world) pins.clear();
    if (world !== context.world) clearDetails();
    requests = new Map([...loaded.map((entry) => [entry.number, entry]), ...arrivals]);
    archive.href = urlOf(pathIn(world, "requests.har"));
    archive.download = `requests-${world}.har`;
    if (selected && !requests.has(selected)) clearDetails();
    render();
  }

  function clearDetails() {
    [world, selected] = [context.world, null];
    details.replaceChildren(emptyState("No request selected", "Select a request to see what your app got, why, what it changed, and how to send it again."));
  }

  function onEvent({ type, world: eventWorld, request }) {
    if (type !== "request" || eventWorld !== context.world) return;
    arrivals.set(request.number, request);
    if (requests.has(request.number)) return;
    requests.set(request.number, request);
    if (requests.size > most + pins.size) requests.delete([...requests.keys()].find((number) => !pins.has(number)));
    announce(`${request.method} ${request.path}: ${statusText(request)}`);
    frame ||= requestAnimationFrame(render);
  }

  function render() {
    frame = 0;
    list.update([...requests.values()], { selected, pins, matches: requestFilter(text.value.trim(), status.value) });
    $("requests-title").textContent = requests.size ? count(requests.size + unloaded, "request") : "Requests";
  }

  /** Show the details of a request. Another one may be chosen before they are loaded. */
  async function choose(number, options) {
    details.ariaBusy = "true";
    try {
      await select(number, options);
    } catch (error) {
      showError(error);
    } finally {
      if (selected === number) details.ariaBusy = null;
    }
  }

  async function select(number, { focus = true } = {}) {
    selected = number;
    render();
    const content = await explanation(context, number, actions);
    if (selected !== number) return;
    details.replaceChildren(content);
    details.scrollTop = 0;
    if (focus) details.querySelector("h3").focus({ preventScroll: matchMedia("(min-width: 60rem)").matches });
  }

  function move(step) {
    const number = list.neighbour(step);
    if (number === undefined) return;
    list.reveal(number);
    choose(number, { focus: false });
  }

  async function compose(request) {
    await context.loadDetails();
    [selected, details.ariaBusy] = [null, null];
    render();
    details.replaceChildren(composer(context, request, { onSent: async (number) => { await refresh(); await select(number); } }));
    details.querySelector("h3").focus();
  }

  function compare(entry) {
    details.replaceChildren(comparison(context, entry, [...requests.values()], { onSelect: choose }));
    details.querySelector("h3").focus();
  }

  function togglePin(number) {
    if (!pins.delete(number)) pins.add(number);
    context.showPins([...pins]);
    render();
    const pin = details.querySelector("[data-action=pin]");
    if (pin && number === selected) pin.ariaPressed = String(pins.has(number));
  }

  return { show, refresh, onEvent };
}

function showError({ message }) {
  notify(message, "failure");
}

function statusText({ status, verdict }) {
  return [status || "no response", VERDICTS[verdict]].filter(Boolean).join(", ");
}

function noRequests({ world, about }) {
  const token = about.users[0]?.token;
  const suffix = world === "main" ? "" : `~${world}`;
  const command = `curl ${about.url}${about.example}${token ? ` -H 'Authorization: Bearer ${token}${suffix}'` : ""}`;
  return emptyState("No requests yet", "Requests appear here as they arrive. Try:", h("code", {}, command));
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
