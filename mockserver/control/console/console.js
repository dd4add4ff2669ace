// The console: starts the panels, selects the world that they show, and passes events on to them.

import { call, pathIn } from "./api.js";
import { backendPanel } from "./backend.js";
import { clockPanel } from "./clock.js";
import { connect } from "./connection.js";
import { coveragePanel } from "./coverage.js";
import { deliveriesPanel } from "./deliveries.js";
import { $, notify } from "./dom.js";
import { faultsPanel } from "./faults.js";
import { recordsPanel } from "./records.js";
import { requestsPanel } from "./requests.js";
import { worldsPanel } from "./worlds.js";

const UPDATE_DELAY = 150; // milliseconds: many requests in quick succession cause one update
const NEAR = "200px"; // a panel is loaded when it is so far from being in view

const parameters = new URLSearchParams(location.search);
const { about, presets, shown } = JSON.parse($("start").textContent); // stands in the page: see start.py

/** What the panels share: the description of the mock, the selected world, and functions to read and change it. */
const context = {
  about: { ...about, operations: [] },
  presets,
  world: parameters.get("world") ?? "main",
  pins: (parameters.get("pins") ?? "").split(",").filter(Boolean).map(Number),
  deleting: null, // the world that this page is deleting: its data is no longer requested
  now: () => Date.now(),
  select,
  refresh,
  loadDetails,
  read,
  showPins,
  change: (method, body, ...parts) => call(method, pathIn(context.world, ...parts), body),
};
const changedWorlds = new Set();
let details = null;
let worlds = null;
let panels = [];
let updateTimer = null;

function start() {
  document.title = `Mock console - ${about.title}`;
  $("contract").textContent = about.title;
  $("contract").title = about.contract;
  worlds = worldsPanel(context);
  panels = [worlds, clockPanel(context), requestsPanel(context), faultsPanel(context), backendPanel(context), deliveriesPanel(context)];
  showAddress();
  if (shown) for (const panel of panels) panel.show?.(shown);
  else reportErrors(refresh);
  panels.push(whenNear(recordsPanel(context), $("records")), whenNear(coveragePanel(context), $("coverage")));
  performance.mark("interactive");
  connect({ onOpen: () => reportErrors(refresh), onEvent, onState: showConnection });
}

/** Load what may be large, and is only needed to write requests and records: the operations, and the fields of records. */
async function loadDetails() {
  details ??= call("GET", "about");
  try {
    const { operations, collections } = await details;
    context.about.operations = operations;
    for (const each of context.about.collections) Object.assign(each, collections.find(({ collection }) => collection === each.collection));
  } catch (error) {
    details = null;
    throw error;
  }
}

/** Show another world, and name it in the page's URL. */
async function select(world) {
  if (world !== context.world) context.pins = [];
  context.world = world;
  context.deleting = null;
  showAddress();
  await reportErrors(refresh);
}

function showAddress() {
  $("docs").href = `docs/${context.world === "main" ? "" : `?world=${encodeURIComponent(context.world)}`}`;
  const query = new URLSearchParams();
  if (context.world !== "main") query.set("world", context.world);
  if (context.pins.length) query.set("pins", context.pins.join(","));
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
}

function showPins(pins) {
  context.pins = pins;
  showAddress();
}

async function refresh() {
  await Promise.all(panels.map((panel) => panel.refresh()));
}

/** A panel that loads its data only while it is in view, or nearly; what happened before is then made up for. */
function whenNear(panel, section) {
  let isNear = false;
  let isStale = true;
  new IntersectionObserver(([entry]) => {
    isNear = entry.isIntersecting;
    if (isNear && isStale) load();
  }, { rootMargin: NEAR }).observe(section);

  function load() {
    isStale = false;
    return reportErrors(panel.refresh);
  }

  const later = (work) => (...values) => {
    if (isNear) return work(...values);
    isStale = true;
    return undefined;
  };
  return { refresh: later(panel.refresh), update: later(panel.update) };
}

class Stale extends Error {}

/** Read from the selected world; an object as the last argument is the query. Throws Stale if another world was selected meanwhile. */
async function read(...parts) {
  const { world } = context;
  if (world === context.deleting) throw new Stale(); // else a panel that is still loading asks for what is gone
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
    worlds.showMissing(false);
  } catch (error) {
    if (error instanceof Stale) return;
    if (error.status === 404) worlds.showMissing(true);
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

start();
