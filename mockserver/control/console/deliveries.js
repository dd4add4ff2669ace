// What the API sends by itself: the callbacks and webhooks of a world. The panel is hidden if the contract has none.

import { combobox } from "./combobox.js";
import { copy } from "./dialog.js";
import { $, button, emptyState, h, notify, runBusy, scroller, table } from "./dom.js";
import { count, formatTime } from "./format.js";

const MOST = 100; // the newest are shown
const KINDS = { delivered: "met", waiting: "extra", sending: "extra" };

/** The panel of deliveries. */
export function deliveriesPanel(context) {
  const section = $("deliveries");
  const events = context.about.outgoing;
  section.hidden = $("deliveries-link").hidden = !events.length;
  if (!events.length) return { refresh: async () => {}, update: () => {} };
  let state = { deliveries: [], paused: false, secret: "" };
  const pause = button("Pause", () => change({ paused: !state.paused }), { role: "switch", className: "switch" });
  const secret = button("Copy secret", () => copy(state.secret, "Secret"), { className: "quiet" });
  const list = h("div", {});
  $("deliveries-tools").append(pause, secret);
  $("deliveries-body").replaceChildren(sendForm(events, send), list);

  function render(received) {
    state = received;
    pause.ariaChecked = String(state.paused);
    const shown = state.deliveries.slice(-MOST).reverse();
    list.replaceChildren(shown.length
      ? scroller("Deliveries", table("Deliveries", ["Callback or webhook", "Result", "Actions"], shown.map(row), { className: "matrix" }))
      : emptyState("Nothing was sent in this world", "The mock sends callbacks and webhooks after the operations that cause them."));
  }

  const refresh = async () => render(await context.read("deliveries"));
  const change = async (changes) => render(await context.change("PATCH", changes, "deliveries"));

  async function send(values) {
    const sent = await context.change("POST", values, "deliveries");
    notify(`${sent.event}: ${sent.state}${sent.reason ? `, ${sent.reason}` : ""}.`, sent.state === "delivered" || state.paused ? "success" : "failure");
    await refresh();
  }

  async function act(method, ...path) {
    await context.change(method, undefined, "deliveries", ...path);
    await refresh();
  }

  function row(delivery) {
    const isOpen = delivery.due !== null;
    const label = `${delivery.event || "the planned delivery"} to ${delivery.url || "its receivers"}`;
    return h("tr", {},
      h("th", { scope: "row" }, delivery.event || "Planned", h("span", { className: "hint" }, `${delivery.method} ${delivery.url}`)),
      h("td", {},
        h("span", { className: `cell ${KINDS[delivery.state] ?? "never"}` }, `${delivery.state} ${delivery.status || ""}`.trim()),
        ` ${count(delivery.attempts, "attempt")}${isOpen ? `, next ${formatTime(Date.parse(delivery.due))}` : ""}`,
        delivery.reason && h("p", { className: "hint" }, delivery.reason)),
      h("td", {},
        delivery.url && button("Send again", () => act("POST", delivery.id, "resend"), { className: "quiet", "aria-label": `Send again: ${label}` }),
        isOpen && button("Drop", () => act("DELETE", delivery.id), { className: "quiet", "aria-label": `Drop: ${label}` })));
  }

  return { refresh, update: (isShown) => isShown && refresh() };
}

function sendForm(events, send) {
  const event = combobox({
    id: "delivery-event", label: "Callback or webhook", placeholder: "Search callbacks and webhooks",
    options: () => events.map((each) => ({ value: each, text: each, hint: "" })),
  });
  const to = h("input", { type: "url", name: "to", required: true, "aria-label": "URL of the receiver" });
  const form = h("form", { className: "sentence", "aria-label": "Send a callback or webhook" },
    h("span", { className: "group" }, "Send", event.element), h("span", { className: "group" }, "to", to),
    h("button", { type: "submit", className: "primary" }, "Send"));
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    runBusy(submitted.submitter, async () => {
      if (!event.value) throw new Error("Choose a callback or webhook first.");
      await send({ event: event.value, to: to.value });
    });
  });
  return form;
}
