// The details of one request: what the client got and why, what changed, what was sent, and how to send it again.

import { copy } from "./dialog.js";
import { differenceTable } from "./differences.js";
import { button, h, notify } from "./dom.js";
import { formatBody, formatMicroseconds, formatTime, statusClass } from "./format.js";

const SNIPPETS = [["curl", "curl command"], ["fetch", "fetch call"], ["pytest", "pytest line"], ["playwright", "Playwright line"]];
const NAMES = { playwright: "Playwright" };

/** Load and render the explanation of a request in the selected world; `actions` are those of the panel. */
export async function explanation(context, number, actions) {
  const [entry, why] = await Promise.all([
    context.read("requests", String(number)),
    context.read("requests", String(number), "why", { as: "json" }),
  ]);
  return h("div", {}, heading(entry), reason(why, entry), buttons(context, entry, why, actions), answer(entry), changes(context, entry.changes),
    violations(entry.violations), request(entry), steps(why), sources(why));
}

function heading({ number, request: { method, path, query }, answer: { status }, operation, user, at, microseconds }) {
  return [
    h("h3", { tabIndex: -1 }, h("span", { className: `status ${statusClass(status)}` }, status || "—"), " ", method, " ", path, query && `?${query}`),
    h("p", { className: "hint" }, [`#${number}`, operation, user, `${formatTime(at)} UTC`, formatMicroseconds(microseconds)].filter(Boolean).join(" · ")),
  ];
}

function reason(why, entry) {
  return h("p", { className: `why ${why.verdict}` }, why.sentence || entry.reason);
}

function buttons(context, entry, { repeat: snippets }, actions) {
  const { number } = entry;
  return h("div", { className: "actions" },
    h("span", { className: "group", role: "group", "aria-label": "Copy as" },
      h("span", { className: "hint", "aria-hidden": "true" }, "Copy as"),
      SNIPPETS.map(([name, what]) =>
        button(NAMES[name] ?? name, () => copy(snippets[name], what), { className: "quiet", "aria-label": `Copy as ${NAMES[name] ?? name}` }))),
    h("span", { className: "group" },
      button("Edit and send…", () => actions.compose(entry), { className: "quiet" }),
      button("Compare…", () => actions.compare(entry), { className: "quiet", "data-action": "compare" }),
      button("Pin", () => actions.pin(number), { className: "quiet", "data-action": "pin", "aria-pressed": String(actions.isPinned(number)) }),
      button("Rewind to before", async () => {
        await context.change("POST", { before: number }, "rewind");
        await context.refresh();
        notify(`World ${context.world} was rewound to its state before request ${number}.`);
      }, { className: "quiet", title: "Restore records, clock and faults as they were before this request" })));
}

function section(title, ...children) {
  return h("section", {}, h("h4", {}, title), ...children);
}

function answer({ answer: { status, headers, body } }) {
  if (!status) return section("Response", h("p", {}, "The connection was closed without a response."));
  return section("Response", content("Response body", body) ?? h("p", { className: "hint" }, "No body"), headerList("Response headers", headers));
}

function request({ request: { headers, body, query } }) {
  return section("Request", query && content("Query", [...new URLSearchParams(query)].map((pair) => pair.join(" = ")).join("\n")),
    content("Request body", body), headerList("Request headers", headers));
}

function content(label, body) {
  if (body === null || body === "") return null;
  return h("pre", { tabIndex: 0, role: "region", "aria-label": label }, h("code", {}, formatBody(body)));
}

function headerList(label, headers) {
  const all = Object.entries(headers);
  if (!all.length) return null;
  return h("details", {}, h("summary", {}, `${label} (${all.length})`),
    h("pre", { tabIndex: 0, role: "region", "aria-label": label }, h("code", {}, all.map(([name, value]) => `${name}: ${value}`).join("\n"))));
}

function changes({ about }, list) {
  if (!list.length) return null;
  return section("Changes", list.map(({ collection, before, after }) => {
    const key = about.collections.find((each) => each.collection === collection)?.key;
    const title = `${[collection, (after ?? before)[key]].filter(Boolean).join(" ")} ${!before ? "created" : !after ? "removed" : "changed"}`;
    return [h("p", { className: "what" }, title), differenceTable(title, before, after)];
  }));
}

function steps({ steps: list, because, sentence }) {
  if (!list.length && !because) return null;
  return section("Steps",
    because && !sentence.includes(because) && h("blockquote", {}, because),
    h("ol", { className: "steps" }, list.map(({ verb, did }) => h("li", {}, h("strong", {}, verb), " ", did))));
}

function violations(list) {
  if (!list.length) return null;
  return section("Contract violations", h("ul", {}, list.map(({ place, message, pointer }) =>
    h("li", {}, h("code", {}, place), ` ${message} `, pointer && h("span", { className: "hint" }, pointer)))));
}

function sources({ contract, evidence, assumed = [] }) {
  const list = [...contract, ...evidence];
  if (!list.length && !assumed.length) return null;
  const texts = list.map(({ what }) => what).join(" ");
  const others = assumed.filter((number) => !texts.includes(number));
  const pointers = list.map(({ pointer }) => pointer); // repeated pointers are shown only once
  return section("Sources",
    h("ul", { className: "sources" }, list.map(({ what, place, pointer }, index) =>
      h("li", {}, h("span", {}, what), h("code", {}, place),
        pointer && pointers.indexOf(pointer) === index && h("code", { className: "pointer" }, pointer)))),
    others.length > 0 && h("p", { className: "hint" }, `Based on ${others.join(", ")}`));
}
