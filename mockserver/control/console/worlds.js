// The world in the bar: select one, and create, fork, reset and delete worlds.

import { call, pathIn, urlOf } from "./api.js";
import { combobox } from "./combobox.js";
import { copy, openDialog } from "./dialog.js";
import { $, button, emptyState, h, notify, runBusy } from "./dom.js";
import { count } from "./format.js";
import { menu } from "./menu.js";

const MAX_WORLDS = 500; // of more, the ones used last are offered; any other can be typed
const NAMED_COLLECTIONS = 4; // of more, only the number is shown
const NAME = "[A-Za-z0-9][A-Za-z0-9._@+\\-]{0,99}";

/** The panel of worlds. */
export function worldsPanel(context) {
  const known = new Set([context.world]);
  let isMissing = false;
  const choice = combobox({
    id: "world-choice", label: "Selected world", value: context.world, load: loadNames,
    options: () => [...known].sort(mainFirst).map((name) => ({ value: name, text: name })), other: new RegExp(`^${NAME}$`), onSelect: (name) => context.select(name),
  });
  const facts = h("p", {}, "Counting the records…");
  const access = h("div", { className: "access" });
  const save = h("a", { className: "button quiet" }, "Save state");
  const fixture = h("a", { className: "button quiet" }, "Save as fixture");
  const remove = button("Delete…", () => removeWorld(context), { className: "quiet danger" });
  const forking = button("Fork…", () => fork(context), { className: "quiet" });
  const resetting = button("Reset…", () => reset(context), { className: "quiet" });
  const actions = [forking, resetting, save, fixture, remove];
  const { opener, panel } = menu({
    id: "world-menu", label: "World", className: "icon", title: "World", "aria-label": "World…",
    content: [
      facts, h("div", { className: "row" }, button("New…", () => create(context), { className: "quiet" }), forking, resetting, remove),
      h("div", { className: "row" }, save, ...loadButton(context), fixture), access,
    ],
  }, "⋯");
  $("world").append(h("span", { className: "label", "aria-hidden": "true" }, "World"), choice.element, opener, panel);

  panel.addEventListener("toggle", () => runBusy(panel, countRecords));

  function show() {
    const { world, about } = context;
    known.add(world);
    choice.value = world;
    for (const each of actions) each.hidden = isMissing;
    remove.hidden ||= world === "main";
    save.href = urlOf(pathIn(world, "saved"));
    save.download = `${world}.yaml`;
    fixture.href = `${urlOf(pathIn(world, "state"))}?as=yaml`;
    fixture.download = `fixtures-${world}.yaml`;
    access.replaceChildren(...accessTo(world, about.users));
  }

  /** A world that does not exist has nothing to show but an offer to create it. */
  function showMissing(missing) {
    if (missing === isMissing && (!missing || document.body.dataset.missing === context.world)) return;
    isMissing = missing;
    if (missing) document.body.dataset.missing = context.world;
    else delete document.body.dataset.missing;
    $("missing").replaceChildren(...(missing ? [missingWorld(context)] : []));
    show();
  }

  /** While the panel is open: to count the records of a large contract takes a while. */
  async function countRecords() {
    if (!panel.matches(":popover-open")) return;
    if (isMissing) facts.textContent = `The world ${context.world} does not exist.`;
    else {
      const [shown, { total }] = await Promise.all([context.read(), call("GET", "worlds?limit=1")]);
      facts.textContent = factsOf(shown, total, context.about.limits.worlds);
    }
  }

  /** The names are loaded when you look for one: there may be thousands of worlds, and each request changes one. */
  async function loadNames() {
    const { worlds } = await call("GET", `worlds?limit=${MAX_WORLDS}`);
    known.clear();
    for (const name of ["main", context.world, ...worlds.map((each) => each.name)]) known.add(name);
  }

  async function refresh() {
    show();
    await countRecords();
  }

  return { show, showMissing, refresh, update: (isShown) => isShown && countRecords() };
}

function mainFirst(one, other) {
  return (other === "main") - (one === "main") || one.localeCompare(other, "en", { numeric: true });
}

function factsOf(world, total, most) {
  return [recordsOf(world.records), count(world.step, "change"), `${total.toLocaleString("en")} of ${most.toLocaleString("en")} worlds in use`]
    .filter(Boolean).join(" · ");
}

function recordsOf(records) {
  const all = Object.entries(records);
  if (all.length <= NAMED_COLLECTIONS) return all.map(([collection, number]) => `${number.toLocaleString("en")} ${collection}`).join(", ");
  const sum = all.reduce((total, [, number]) => total + number, 0);
  return `${count(sum, "record")} in ${all.length} collections`;
}

/** How a request selects this world: with the token of a user, or with the header. */
function accessTo(world, users) {
  const suffix = world === "main" ? "" : `~${world}`;
  const tokens = users.filter(({ token }) => token).slice(0, 5).map(({ name, token }) => chip(`${token}${suffix}`, `Token of ${name}`));
  return [
    tokens.length > 0 && h("h3", {}, "Use a token"), ...tokens,
    world !== "main" && h("h3", {}, tokens.length ? "or the header" : "Use the header"), world !== "main" && chip(`Mock-World: ${world}`, "Header"),
  ].filter(Boolean);
}

function chip(text, what) {
  return button(h("code", {}, text), () => copy(text, what), { className: "chip", "aria-label": `Copy ${what.toLowerCase()} ${text}`, title: "Copy" });
}

function missingWorld(context) {
  const element = emptyState(`The world ${context.world} does not exist`,
    "The first request that names it creates it. You can also create it here.");
  element.append(button("Create world", async () => {
    await call("POST", "worlds", { name: context.world });
    await context.select(context.world);
  }, { className: "primary" }));
  return element;
}

const nameField = (label) => ({ name: "name", label, required: true, pattern: NAME, maxLength: 100, hint: "Letters, digits and . _ - @ +" });

async function create(context) {
  const values = await openDialog({
    title: "New world", text: "The new world starts with the records of the fixtures.", fields: [nameField("Name")], action: "Create",
    submit: ({ name }) => call("POST", "worlds", { name }),
  });
  if (values) await selectAndNotify(context, values.name, `World ${values.name} created.`);
}

async function fork(context) {
  const { world } = context;
  const values = await openDialog({
    title: `Fork the world ${world}`, text: "The new world starts with the records, clock and faults of this one.",
    fields: [nameField("Name of the new world")], action: "Fork",
    submit: ({ name }) => context.change("POST", { name }, "fork"),
  });
  if (values) await selectAndNotify(context, values.name, `World ${values.name} forked from ${world}.`);
}

async function reset(context) {
  const { world } = context;
  const confirmed = await openDialog({
    title: `Reset the world ${world}?`, text: "This restores the records of the fixtures and system time, and removes all faults and requests.",
    action: "Reset", danger: true, submit: () => context.change("POST", {}, "reset"),
  });
  if (confirmed) await selectAndNotify(context, world, `World ${world} was reset.`);
}

/** The button that opens the file of a saved state, and loads it into the selected world. */
function loadButton(context) {
  const file = h("input", { type: "file", accept: ".yaml,.yml,.json,application/yaml,application/json", hidden: true, "aria-label": "Saved state" });
  const opener = button("Load state…", () => file.click(), { className: "quiet" });
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    file.value = "";
    if (chosen) await load(context, chosen.name, await chosen.text());
  });
  return [opener, file];
}

async function load(context, name, yaml) {
  const { world } = context;
  const confirmed = await openDialog({
    title: `Load ${name} into the world ${world}?`, text: "This replaces the records, clock and faults of the world. Its requests stay.",
    action: "Load", danger: true, submit: () => context.change("PUT", { yaml, file: name }, "saved"),
  });
  if (confirmed) await selectAndNotify(context, world, `${name} loaded into ${world}.`);
}

async function removeWorld(context) {
  const { world } = context;
  const confirmed = await openDialog({
    title: `Delete the world ${world}?`, text: "This deletes the records and requests of the world. You can't undo it.",
    action: "Delete", danger: true, submit: () => deleteSelected(context),
  });
  if (confirmed) await selectAndNotify(context, "main", `World ${world} deleted.`);
}

async function deleteSelected(context) {
  context.deleting = context.world;
  try {
    await context.change("DELETE");
  } catch (error) {
    context.deleting = null;
    throw error;
  }
}

async function selectAndNotify(context, world, message) {
  await context.select(world);
  notify(message);
}
