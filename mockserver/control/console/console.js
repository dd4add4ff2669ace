// The console: starts the panels, selects the world that they show, and passes events on to them.

import { call, pathIn } from "./api.js";
import { clockPanel } from "./clock.js";
import { connect } from "./connection.js";
import { coveragePanel } from "./coverage.js";
import { $, notify } from "./dom.js";
import { faultsPanel } from "./faults.js";
import { recordsPanel } from "./records.js";
import { requestsPanel } from "./requests.js";
import { worldsPanel } from "./worlds.js";

const UPDATE_DELAY = 150; // milliseconds: many requests in quick succession cause one update

/** What the panels share: the description of the mock, the selected world, and functions to read and change it. */
const context = {
  about: null,
  world: new URLSearchParams(location.search).get("world") ?? "main",
  deleting: null, // the world that this page is deleting: its data is no longer requested
  now: () => Date.now(),
  select,
  refresh,
  read,
  change: (method, body, ...parts) => call(method, pathIn(context.world, ...parts), body),
};
const changedWorlds = new Set();
let panels = [];
let updateTimer = null;

async function start() {
  context.about = await call("GET", "about");
  document.title = `Mock console - ${context.about.title}`;
  $("contract").textContent = context.about.title;
  $("contract").title = context.about.contract;
  panels = [worldsPanel, clockPanel, requestsPanel, faultsPanel, recordsPanel, coveragePanel].map((panel) => panel(context));
  await select(context.world);
  connect({ onOpen: () => reportErrors(refresh), onEvent, onState: showConnection });
}

/** Show another world, and name it in the page's URL. */
async function select(world) {
  context.world = world;
  context.deleting = null;
  const query = world === "main" ? "" : `?world=${encodeURIComponent(world)}`;
  history.replaceState(null, "", `${location.pathname}${query}${location.hash}`);
  $("docs").href = `docs/${query}`;
  await reportErrors(refresh);
}

async function refresh() {
  await Promise.all(panels.map((panel) => panel.refresh()));
}

class Stale extends Error {}

/** Read from the selected world; an object as the last argument is the query. Throws Stale if another world was selected meanwhile. */
async function read(...parts) {
  const { world } = context;
  const query = typeof parts.at(-1) === "object" ? `?${new URLSearchParams(parts.pop())}` : "";
  try {
    return await call("GET", pathIn(world, ...parts) + query);
  } finally {
    if (world !== context.world) throw new Stale();
  }
}

/** Run `work`. A 404 means that the world does not exist and is shown as such; other errors are shown as a message. */
async function reportErrors(work) {
  try {
    await work();
    delete document.body.dataset.missing;
  } catch (error) {
    if (error instanceof Stale) return;
    if (error.status === 404) document.body.dataset.missing = context.world;
    else notify(error.message, "failure");
  }
}

function showConnection(text, kind) {
  if ($("live").textContent !== text) $("live").textContent = text; // a status region: the same words are not said again
  $("live").className = kind;
}

function onEvent(event) {
  for (const panel of panels) panel.onEvent?.(event);
  changedWorlds.add(event.world);
  updateTimer ??= setTimeout(update, UPDATE_DELAY);
}

/** Update the panels whose content the latest requests may have changed. */
async function update() {
  updateTimer = null;
  const isShown = changedWorlds.has(context.world) && context.world !== context.deleting;
  changedWorlds.clear();
  await reportErrors(() => Promise.all(panels.map((panel) => panel.update?.(isShown))));
}

reportErrors(start);
