// The world panel: select, create, fork, reset and delete worlds.

import { call, pathIn, urlOf } from "./api.js";
import { $, button, copy, emptyState, h, notify, openDialog } from "./dom.js";
import { count } from "./format.js";

const MAX_WORLDS = 500;
const NAME = "[A-Za-z0-9][A-Za-z0-9._@+\\-]{0,99}";

/** The panel of worlds. */
export function worldsPanel(context) {
  const choice = h("select", { id: "world-choice", onchange: () => context.select(choice.value) });
  const facts = h("p", { className: "hint" });
  const access = h("p", { className: "access" });
  const save = h("a", { className: "button quiet" }, "Save as fixture");
  const remove = button("Delete…", () => removeWorld(context), { className: "quiet danger" });
  const actions = [
    button("Fork…", () => fork(context), { className: "quiet" }),
    button("Reset…", () => reset(context), { className: "quiet" }),
    remove, save,
  ];
  const missing = h("div", { className: "missing" });
  $("world-body").append(
    h("div", { className: "row" },
      h("label", { htmlFor: "world-choice", className: "visually-hidden" }, "Selected world"), choice,
      button("New…", () => create(context), { className: "quiet" }),
      ...actions),
    facts, access, missing);

  function render({ worlds, total, most }) {
    const { world } = context;
    const names = worlds.map((each) => each.name);
    const options = names.includes(world) ? names : [world, ...names];
    choice.replaceChildren(...options.sort(mainFirst).map((name) => h("option", { value: name, selected: name === world }, name)));
    const shown = worlds.find((each) => each.name === world);
    facts.textContent = shown ? factsOf(shown, total, most) : "";
    for (const each of actions) each.hidden = !shown;
    remove.hidden ||= world === "main";
    save.href = `${urlOf(pathIn(world, "state"))}?as=yaml`;
    save.download = `fixtures-${world}.yaml`;
    access.replaceChildren(...accessTo(world, context.about.users));
    missing.replaceChildren(...(shown ? [] : [missingWorld(context)]));
  }

  const refresh = async () => render(await call("GET", `worlds?limit=${MAX_WORLDS}`));
  return { refresh, update: refresh };
}

function mainFirst(one, other) {
  return (other === "main") - (one === "main") || one.localeCompare(other, "en", { numeric: true });
}

function factsOf(world, total, most) {
  const records = Object.entries(world.records).map(([collection, number]) => `${number} ${collection}`).join(", ");
  return [records, count(world.step, "change"), `${total.toLocaleString("en")} of ${most.toLocaleString("en")} worlds in use`].filter(Boolean).join(" · ");
}

/** How a request selects this world: with the token of a user, or with the header. */
function accessTo(world, users) {
  const suffix = world === "main" ? "" : `~${world}`;
  const tokens = users.filter(({ token }) => token).slice(0, 3).map(({ name, token }) => chip(`${token}${suffix}`, `Token of ${name}`));
  const header = h("span", { className: "group" }, tokens.length ? "or header" : "Use header", chip(`Mock-World: ${world}`, "Header"));
  return [...(tokens.length ? ["Use token", ...tokens] : []), ...(world === "main" ? [] : [header])];
}

function chip(text, what) {
  return button(h("code", {}, text), () => copy(text, what), { className: "chip", "aria-label": `Copy ${what.toLowerCase()} ${text}`, title: "Copy" });
}

function missingWorld(context) {
  return emptyState(`The world ${context.world} does not exist`,
    "The first request that names it creates it. You can also create it here.",
    button("Create world", async () => {
      await call("POST", "worlds", { name: context.world });
      await context.refresh();
      delete document.body.dataset.missing;
    }, { className: "primary" }));
}

const nameField = (label) => ({ name: "name", label, required: true, pattern: NAME, maxLength: 100, hint: "Letters, digits and . _ - @ +" });

async function create(context) {
  const values = await openDialog({
    title: "New world", text: "The new world starts with the records of the fixtures.", fields: [nameField("Name")], action: "Create",
    submit: ({ name }) => call("POST", "worlds", { name }),
  });
  if (!values) return;
  await selectAndNotify(context, values.name, `World ${values.name} created.`);
}

async function fork(context) {
  const { world } = context;
  const values = await openDialog({
    title: `Fork the world ${world}`, text: "The new world starts with the records, clock and faults of this one.",
    fields: [nameField("Name of the new world")], action: "Fork",
    submit: ({ name }) => context.change("POST", { name }, "fork"),
  });
  if (!values) return;
  await selectAndNotify(context, values.name, `World ${values.name} forked from ${world}.`);
}

async function reset(context) {
  const { world } = context;
  const confirmed = await openDialog({
    title: `Reset the world ${world}?`, text: "This restores the records of the fixtures and system time, and removes all faults and requests.",
    action: "Reset", danger: true, submit: () => context.change("POST", {}, "reset"),
  });
  if (!confirmed) return;
  await selectAndNotify(context, world, `World ${world} was reset.`);
}

async function removeWorld(context) {
  const { world } = context;
  const confirmed = await openDialog({
    title: `Delete the world ${world}?`, text: "This deletes the records and requests of the world. You can't undo it.",
    action: "Delete", danger: true, submit: () => deleteSelected(context),
  });
  if (!confirmed) return;
  await selectAndNotify(context, "main", `World ${world} deleted.`);
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
