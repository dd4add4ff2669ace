// The console: starts the panels, keeps them on one world, and hands them what happens.

import { call, listen, within } from "./api.js";
import { clockPanel } from "./clock.js";
import { coveragePanel } from "./coverage.js";
import { $, tell } from "./dom.js";
import { faultsPanel } from "./faults.js";
import { recordsPanel } from "./records.js";
import { requestsPanel } from "./requests.js";
import { worldsPanel } from "./worlds.js";

const PAUSE = 150; // many requests in a moment are one change for the panels
const PATIENCE = 2000;

/** What the panels share: the mock's own description, the world they show, and ways to read and change it. */
const context = {
  about: null,
  world: new URLSearchParams(location.search).get("world") ?? "main",
  leaving: null, // the world that is being deleted here: nothing of it is asked for any more
  now: () => Date.now(),
  enter,
  refresh,
  read,
  change: (method, body, ...parts) => call(method, within(context.world, ...parts), body),
};
const touched = new Set();
let panels = [];
let due = null;
let doubt = null;

async function start() {
  context.about = await call("GET", "about");
  document.title = `Mock console - ${context.about.title}`;
  $("contract").textContent = context.about.title;
  $("contract").title = context.about.contract;
  panels = [worldsPanel, clockPanel, requestsPanel, faultsPanel, recordsPanel, coveragePanel].map((panel) => panel(context));
  await enter(context.world);
  listen({ opened: () => (live(true), told(refresh)), broken: () => live(false), heard });
}

/** Show another world, and name it in the page's address. */
async function enter(world) {
  context.world = world;
  context.leaving = null;
  const query = world === "main" ? "" : `?world=${encodeURIComponent(world)}`;
  history.replaceState(null, "", `${location.pathname}${query}${location.hash}`);
  $("docs").href = `docs/${query}`;
  await told(refresh);
}

async function refresh() {
  await Promise.all(panels.map((panel) => panel.refresh()));
}

class Stale extends Error {}

/** Read something of the world that is shown, an object at the end is the query; dropped when another world is shown by then. */
async function read(...parts) {
  const { world } = context;
  const query = typeof parts.at(-1) === "object" ? `?${new URLSearchParams(parts.pop())}` : "";
  try {
    return await call("GET", within(world, ...parts) + query);
  } finally {
    if (world !== context.world) throw new Stale();
  }
}

/** Run some work; a world that is not there is shown as such, other failures are told. */
async function told(work) {
  try {
    await work();
    delete document.body.dataset.missing;
  } catch (error) {
    if (error instanceof Stale) return;
    if (error.status === 404) document.body.dataset.missing = context.world;
    else tell(error.message, "failure");
  }
}

/** Say whether news arrive; the mock ends each stream after a while, so a short break is none. */
function live(on) {
  clearTimeout(doubt);
  doubt = on ? null : setTimeout(show, PATIENCE, "Reconnecting…", "off");
  if (on) show("Live", "on");

  function show(text, kind) {
    if ($("live").textContent !== text) $("live").textContent = text;
    $("live").className = kind;
  }
}

function heard(event) {
  for (const panel of panels) panel.heard?.(event);
  touched.add(event.world);
  due ??= setTimeout(settle, PAUSE);
}

/** Bring the panels up to date that show what requests change. */
async function settle() {
  due = null;
  const mine = touched.has(context.world) && context.world !== context.leaving;
  touched.clear();
  await told(() => Promise.all(panels.map((panel) => panel.settle?.(mine))));
}

told(start);
