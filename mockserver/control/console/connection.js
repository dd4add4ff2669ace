// The connection to the mock: the stream of events, its reconnection, and what the page says about it.

import { urlOf } from "./api.js";

const GRACE = 4000; // milliseconds: the mock ends each stream after a while, so a short break is not shown
const LOST = 15_000; // milliseconds without a connection after which the page says since when
const SILENCE = 12_000; // milliseconds: the mock sends something at least every five seconds
const RETRY = 3000; // milliseconds, where the browser gives up by itself

const TYPES = ["request", "world", "removed"];

/** Subscribe to the events of all worlds. `onOpen` is called at the start and after each reconnection, `onState` with the words to show and their kind. */
export function connect({ onOpen, onEvent, onState }) {
  let source = null;
  let brokenAt = Date.now();
  let heardAt = 0;
  open();
  const timer = setInterval(check, 500);
  addEventListener("pagehide", () => { clearInterval(timer); source.close(); });

  function open() {
    source?.close();
    const opened = new EventSource(urlOf("events"));
    source = opened;
    opened.onopen = () => {
      [brokenAt, heardAt] = [0, Date.now()];
      onState("Live", "on");
      onOpen();
    };
    opened.onerror = () => {
      brokenAt ||= Date.now(); // the first of several errors: a later one does not start the time again
      if (opened.readyState === EventSource.CLOSED) setTimeout(() => source === opened && open(), RETRY);
    };
    opened.addEventListener("heartbeat", () => { heardAt = Date.now(); });
    for (const type of TYPES) {
      opened.addEventListener(type, (event) => {
        heardAt = Date.now();
        onEvent(JSON.parse(event.data));
      });
    }
  }

  /** A mock that hangs keeps its connection open, so silence counts as a break too. */
  function check() {
    const now = Date.now();
    if (!brokenAt && now - heardAt > SILENCE) {
      brokenAt = heardAt;
      open();
    }
    if (!brokenAt || now - brokenAt < GRACE) return;
    if (now - brokenAt < LOST) onState("Reconnecting…", "off");
    else onState(`No connection since ${new Date(brokenAt).toLocaleTimeString("en-GB")}`, "lost");
  }
}
