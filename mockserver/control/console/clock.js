// The clock of a world: what time it is there, stopping it, letting time pass.

import { $, ask, button, field, h, tell } from "./dom.js";
import { moment, span } from "./format.js";

const STEPS = [["+1 h", "PT1H", "1 hour"], ["+1 d", "P1D", "1 day"], ["+31 d", "P31D", "31 days"]];

/** The panel of the clock. */
export function clockPanel(context) {
  let shown = { now: new Date().toISOString(), frozen: false, offset: 0 };
  let since = performance.now();
  const face = h("time", { className: "face" });
  const note = h("p", { className: "hint" });
  const frozen = button("Frozen", () => set({ frozen: !shown.frozen }), { role: "switch", className: "switch" });
  const period = h("form", { className: "row" },
    field({ name: "by", label: "Let pass", placeholder: "P31D", required: true, size: 8, hint: "ISO 8601: P2W, P1DT6H, PT90S" }),
    h("button", { type: "submit", className: "quiet" }, "Advance"));
  period.addEventListener("submit", (event) => {
    event.preventDefault();
    advance(new FormData(period).get("by")).catch((error) => tell(error.message, "failure"));
  });
  $("clock-body").append(
    h("div", { className: "row" }, face, frozen),
    note,
    h("div", { className: "row" },
      h("span", { className: "group", role: "group", "aria-label": "Advance by" },
        STEPS.map(([label, by, said]) => button(label, () => advance(by), { title: `Advance by ${said}` }))),
      button("Set…", setTo, { className: "quiet", "aria-label": "Set the clock…" }),
      button("Real time", () => set({ now: "now", frozen: false }), { className: "quiet", "aria-label": "Back to real time" })),
    h("details", {}, h("summary", {}, "Another span"), period));
  setInterval(tick, 1000);

  context.now = () => Date.parse(shown.now) + (shown.frozen ? 0 : performance.now() - since);

  function draw(clock) {
    [shown, since] = [clock, performance.now()];
    frozen.ariaChecked = String(clock.frozen);
    note.textContent = noteOf(clock);
    tick();
  }

  function tick() {
    const now = new Date(context.now()).toISOString();
    face.dateTime = now;
    face.textContent = `${moment(now)} UTC`;
  }

  async function set(change) {
    draw(await context.change("PUT", change, "clock"));
  }

  async function advance(by) {
    draw(await context.change("POST", { by }, "clock", "advance"));
    tell(`It is ${moment(shown.now)} in ${context.world} now.`);
  }

  async function setTo() {
    await ask({
      title: "Set the clock", action: "Set", work: ({ now }) => set({ now }),
      fields: [{ name: "now", label: "Instant", required: true, value: new Date(context.now()).toISOString(), hint: "2026-01-31T12:00:00Z, or now+31d from the machine's time" }],
    });
  }

  const refresh = async () => draw(await context.read("clock"));
  return { refresh, settle: (mine) => mine && refresh() };
}

function noteOf({ offset, frozen }) {
  const away = Math.abs(offset) < 1000 ? "As on this machine" : `${span(offset)} ${offset > 0 ? "ahead of" : "behind"} this machine`;
  return frozen ? `${away}, standing still` : away;
}
