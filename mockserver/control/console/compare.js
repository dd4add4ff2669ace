// Two requests side by side: what differs in the request, the response and the changes.

import { combobox } from "./combobox.js";
import { differenceTable, differences } from "./differences.js";
import { button, emptyState, h, runBusy } from "./dom.js";
import { formatTimeOfDay } from "./format.js";

const VARYING = /^(date|mock-why|content-length|host|user-agent|traceparent|x-request-id)$/i;

/** Compare a request with another one of the list: at first with the one before it that is most like it. */
export function comparison(context, entry, requests, { onSelect }) {
  const others = requests.filter((each) => each.number !== entry.number).sort((one, other) => other.number - one.number);
  const result = h("div", {});
  const choice = combobox({
    id: "compare-with", label: "Compare with", placeholder: "Search requests",
    options: () => others.map((each) => ({
      value: String(each.number), text: `#${each.number} ${each.method} ${each.path}`, hint: `${each.status || "—"} · ${formatTimeOfDay(each.at)}`,
    })),
    onSelect: (number) => runBusy(result, () => show(number)),
  });
  const nearest = mostAlike(entry, others);
  if (nearest) {
    choice.value = String(nearest.number);
    runBusy(result, () => show(nearest.number));
  }

  async function show(number) {
    const other = await context.read("requests", String(number));
    const [first, second] = other.number < entry.number ? [other, entry] : [entry, other];
    const headings = [`#${first.number}`, `#${second.number}`];
    const [before, after] = [parts(first), parts(second)];
    const same = !differences(before, after).length;
    result.replaceChildren(same
      ? emptyState("No difference", `Requests ${first.number} and ${second.number} and their responses are the same, except for times.`)
      : differenceTable(`Differences of requests ${first.number} and ${second.number}`, before, after, headings, "compared"));
  }

  return h("div", {}, h("h3", { tabIndex: -1 }, `Compare request ${entry.number}`),
    h("p", { className: "hint" }, `${entry.request.method} ${entry.request.path} · ${entry.answer.status || "no response"}`),
    h("div", { className: "line compare" }, h("label", { htmlFor: "compare-with" }, "with"), choice.element,
      button("Back to the details", () => onSelect(entry.number), { className: "quiet" })),
    others.length ? result : emptyState("There is no other request to compare with"));
}

/** The newest request of the same path, else of the same operation, else the newest; an earlier one first. */
function mostAlike({ number, operation, request: { method, path } }, others) {
  const likeness = (each) => 4 * (each.method === method && each.path === path) + 2 * (each.operation === operation) + (each.number < number);
  return [...others].sort((one, other) => likeness(other) - likeness(one))[0];
}

function parts({ user, verdict, request, answer, changes }) {
  return {
    request: { method: request.method, path: request.path, query: request.query, user, headers: lasting(request.headers), body: request.body },
    response: { status: answer.status, headers: lasting(answer.headers), body: answer.body },
    verdict, changes,
  };
}

function lasting(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !VARYING.test(name)));
}
