// Worlds: which one is shown, and making, forking, resetting and removing them.

import { address, call, within } from "./api.js";
import { $, ask, button, copy, empty, h, tell } from "./dom.js";

const MOST = 500;
const NAME = "[A-Za-z0-9][A-Za-z0-9._@+\\-]{0,99}";

/** The panel of worlds. */
export function worldsPanel(context) {
  const choice = h("select", { id: "world-choice", onchange: () => context.enter(choice.value) });
  const facts = h("p", { className: "hint" });
  const door = h("p", { className: "door" });
  const save = h("a", { className: "button quiet" }, "Save as fixture");
  const remove = button("Delete…", () => removeWorld(context), { className: "quiet danger" });
  const onlyOfOneThatIs = [
    button("Fork…", () => fork(context), { className: "quiet" }),
    button("Reset…", () => reset(context), { className: "quiet" }),
    remove, save,
  ];
  const missing = h("div", { className: "missing" });
  $("world-body").append(
    h("div", { className: "row" },
      h("label", { htmlFor: "world-choice", className: "unseen" }, "World shown"), choice,
      button("New…", () => create(context), { className: "quiet" }),
      ...onlyOfOneThatIs),
    facts, door, missing);

  function draw({ worlds, total, most }) {
    const { world } = context;
    const names = worlds.map((each) => each.name);
    const known = names.includes(world);
    choice.replaceChildren(...(known ? names : [world, ...names]).sort(mainFirst)
      .map((name) => h("option", { value: name, selected: name === world }, name)));
    const shown = worlds.find((each) => each.name === world);
    facts.textContent = shown ? factsOf(shown, total, most) : "";
    for (const each of onlyOfOneThatIs) each.hidden = !shown;
    remove.hidden ||= world === "main";
    save.href = address(`${within(world, "state")}?as=yaml`);
    save.download = `fixtures-${world}.yaml`;
    door.replaceChildren(...doorsTo(world, context.about.users));
    missing.replaceChildren(...(shown ? [] : [notThere(context)]));
  }

  const refresh = async () => draw(await call("GET", `worlds?limit=${MOST}`));
  return { refresh, settle: refresh };
}

function mainFirst(one, other) {
  return (other === "main") - (one === "main") || one.localeCompare(other, "en", { numeric: true });
}

function factsOf(world, total, most) {
  const records = Object.entries(world.records).map(([collection, count]) => `${count} ${collection}`).join(", ");
  return [records, `${world.step} changes`, `${total} of ${most.toLocaleString("en")} worlds in use`].filter(Boolean).join(" · ");
}

/** How a request gets into this world: the tokens of its users, or the header. */
function doorsTo(world, users) {
  const suffix = world === "main" ? "" : `~${world}`;
  const tokens = users.slice(0, 3).map(({ name, token }) => token && chip(`${token}${suffix}`, `Token of ${name}`));
  return ["Send ", ...tokens.filter(Boolean), world !== "main" && chip(`Mock-World: ${world}`, "Header")].filter(Boolean);
}

function chip(text, what) {
  return button(h("code", {}, text), () => copy(text, what), { className: "chip", "aria-label": `Copy ${what.toLowerCase()} ${text}`, title: "Copy" });
}

function notThere(context) {
  return empty(`There is no world ${context.world}`,
    "A request that names it makes it, or:",
    button("Make it now", async () => {
      await call("POST", "worlds", { name: context.world });
      await context.refresh();
      delete document.body.dataset.missing;
    }, { className: "primary" }));
}

const nameField = (label) => ({ name: "name", label, required: true, pattern: NAME, maxLength: 100, hint: "Letters, digits and . _ - @ +" });

async function create(context) {
  const values = await ask({
    title: "New world", sentence: "It starts as the fixtures are.", fields: [nameField("Name")], action: "Make it",
    work: ({ name }) => call("POST", "worlds", { name }),
  });
  if (!values) return;
  await entered(context, values.name, `World ${values.name} made.`);
}

async function fork(context) {
  const { world } = context;
  const values = await ask({
    title: `Fork ${world}`, sentence: "The new world starts with the records, clock and faults of this one.",
    fields: [nameField("Name of the new world")], action: "Fork",
    work: ({ name }) => context.change("POST", { name }, "fork"),
  });
  if (!values) return;
  await entered(context, values.name, `World ${values.name} forked from ${world}.`);
}

async function reset(context) {
  const { world } = context;
  const sure = await ask({
    title: `Reset ${world}?`, sentence: "Records go back to the fixtures; clock, faults and requests are cleared.",
    action: "Reset", danger: true, work: () => context.change("POST", {}, "reset"),
  });
  if (!sure) return;
  await entered(context, world, `World ${world} is as the fixtures are.`);
}

async function removeWorld(context) {
  const { world } = context;
  const sure = await ask({
    title: `Delete ${world}?`, sentence: "Its records and its requests are gone for good.",
    action: "Delete", danger: true, work: () => leave(context),
  });
  if (!sure) return;
  await entered(context, "main", `World ${world} deleted.`);
}

async function leave(context) {
  context.leaving = context.world;
  try {
    await context.change("DELETE");
  } catch (error) {
    context.leaving = null;
    throw error;
  }
}

async function entered(context, world, message) {
  await context.enter(world);
  tell(message);
}
