// The clock in the bar: shows the time of a world, and freezes, sets and advances its clock.

import { openDialog } from "./dialog.js";
import { $, button, field, h, notify } from "./dom.js";
import { formatDuration, formatTime } from "./format.js";
import { menu } from "./menu.js";

const STEPS = [["+1 h", "PT1H", "1 hour"], ["+1 d", "P1D", "1 day"], ["+31 d", "P31D", "31 days"]];

/** The panel of the clock. */
export function clockPanel(context) {
  let clock = { now: new Date().toISOString(), frozen: false, offset: 0 };
  let receivedAt = performance.now();
  const face = h("time", { className: "face" });
  const state = h("span", { className: "hint" });
  const note = h("p", {});
  const frozen = button("Frozen", () => set({ frozen: !clock.frozen }), { role: "switch", className: "switch" });
  const custom = h("form", { className: "row" },
    field({ name: "by", label: "Custom duration", placeholder: "P31D", required: true, size: 8, hint: "ISO 8601: P2W, P1DT6H, PT90S" }),
    h("button", { type: "submit", className: "quiet" }, "Advance"));
  custom.addEventListener("submit", (event) => {
    event.preventDefault();
    advance(new FormData(custom).get("by")).catch((error) => notify(error.message, "failure"));
  });
  const { opener, panel } = menu({
    id: "clock-menu", label: "Clock",
    content: [
      note,
      h("div", { className: "row" },
        h("span", { className: "group", role: "group", "aria-label": "Advance by" },
          STEPS.map(([label, by, words]) => button(label, () => advance(by), { title: `Advance by ${words}` }))),
        frozen),
      custom,
      h("div", { className: "row" },
        button("Set…", openSetDialog, { className: "quiet", "aria-label": "Set the clock…" }),
        button("System time", () => set({ now: "now", frozen: false }), { className: "quiet", "aria-label": "Back to system time" })),
    ],
  }, h("span", { className: "visually-hidden" }, "Clock: "), face, state);
  $("clock").append(opener, panel);
  setInterval(tick, 1000);

  context.now = () => Date.parse(clock.now) + (clock.frozen ? 0 : performance.now() - receivedAt);

  function render(received) {
    [clock, receivedAt] = [received, performance.now()];
    frozen.ariaChecked = String(clock.frozen);
    note.textContent = noteOf(clock);
    state.textContent = [Math.abs(clock.offset) >= 1000 && `${clock.offset > 0 ? "+" : "−"}${formatDuration(clock.offset)}`, clock.frozen && "frozen"]
      .filter(Boolean).join(", ");
    tick();
  }

  function tick() {
    const now = new Date(context.now()).toISOString();
    face.dateTime = now;
    face.textContent = `${formatTime(now)} UTC`;
  }

  async function set(change) {
    render(await context.change("PUT", change, "clock"));
  }

  async function advance(by) {
    render(await context.change("POST", { by }, "clock", "advance"));
    notify(`The time in ${context.world} is now ${formatTime(clock.now)}.`);
  }

  async function openSetDialog() {
    await openDialog({
      title: "Set the clock", action: "Set", submit: ({ now }) => set({ now }),
      fields: [{
        name: "now", label: "Date and time", required: true, value: new Date(context.now()).toISOString(),
        hint: "For example 2026-01-31T12:00:00Z, or now+31d for 31 days after system time",
      }],
    });
  }

  const refresh = async () => render(await context.read("clock"));
  return { show: (shown) => render(shown.clock), refresh, update: (isShown) => isShown && refresh() };
}

function noteOf({ offset, frozen }) {
  const difference = `${formatDuration(offset)} ${offset > 0 ? "ahead of" : "behind"} system time`;
  return `${Math.abs(offset) < 1000 ? "Same as system time" : difference}${frozen ? ", frozen" : ""}`;
}
