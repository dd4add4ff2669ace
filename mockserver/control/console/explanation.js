// The details of one request: why it got this response, what it changed, the sources, and how to send it again.

import { button, copy, h, notify, scroller, table } from "./dom.js";
import { formatBody, formatMicroseconds, formatTime, formatValue, statusClass } from "./format.js";

/** Load and render the explanation of a request in the selected world. */
export async function explanation(context, number) {
  const [entry, why] = await Promise.all([
    context.read("requests", String(number)),
    context.read("requests", String(number), "why", { as: "json" }),
  ]);
  return h("div", {}, heading(entry), reason(why, entry), actions(context, number, why), steps(why), changes(context, entry.changes),
    violations(entry.violations), sources(why), messages(entry));
}

function heading({ number, request, answer, operation, user, at, microseconds }) {
  return [
    h("h3", { tabIndex: -1 },
      h("span", { className: `status ${statusClass(answer.status)}` }, answer.status || "—"),
      " ", request.method, " ", request.path, request.query && `?${request.query}`),
    h("p", { className: "hint" },
      [`#${number}`, operation, user, `${formatTime(at)} UTC`, formatMicroseconds(microseconds)].filter(Boolean).join(" · ")),
  ];
}

function reason(why, entry) {
  return h("p", { className: `why ${why.verdict}` }, why.sentence || entry.reason);
}

function actions(context, number, { repeat: snippets }) {
  return h("div", { className: "row" },
    h("span", { className: "group", role: "group", "aria-label": "Copy as" },
      h("span", { className: "hint", "aria-hidden": "true" }, "Copy as"),
      [["curl", "curl command"], ["fetch", "fetch call"], ["pytest", "pytest line"]].map(([name, what]) =>
        button(name, () => copy(snippets[name], what), { className: "quiet", "aria-label": `Copy as ${name}` }))),
    button("Rewind to before this request", async () => {
      await context.change("POST", { before: number }, "rewind");
      await context.refresh();
      notify(`World ${context.world} was rewound to its state before request ${number}.`);
    }));
}

function section(title, ...children) {
  return h("section", {}, h("h4", {}, title), ...children);
}

function steps({ steps: list, because, sentence }) {
  if (!list.length && !because) return null;
  return section("Steps",
    because && !sentence.includes(because) && h("blockquote", {}, because),
    h("ol", { className: "steps" }, list.map(({ verb, did }) => h("li", {}, h("strong", {}, verb), " ", did))));
}

function changes({ about }, list) {
  if (!list.length) return null;
  return section("Changes", list.map(({ collection, before, after }) => {
    const key = about.collections.find((each) => each.collection === collection)?.key;
    const title = `${[collection, (after ?? before)[key]].filter(Boolean).join(" ")} ${!before ? "created" : !after ? "removed" : "changed"}`;
    return [h("p", { className: "what" }, title), scroller(title, table(title, ["Field", "Before", "After"], differences(before, after)))];
  }));
}

function differences(before, after) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const differs = (name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]);
  return names.filter(differs).map((name) => h("tr", {},
    h("th", { scope: "row" }, name),
    h("td", {}, before?.[name] === undefined ? notSet() : h("del", {}, formatValue(before[name]))),
    h("td", {}, after?.[name] === undefined ? notSet() : h("ins", {}, formatValue(after[name])))));
}

function notSet() {
  return h("span", { className: "hint" }, "not set");
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

function messages({ request, answer }) {
  return section("Request and response", message("Request", request), message("Response", answer));
}

function message(title, { headers, body }) {
  return h("details", { open: body !== null && title === "Response" },
    h("summary", {}, title),
    h("pre", { tabIndex: 0, "aria-label": `${title} headers and body` },
      h("code", {}, Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`).join(""),
        body === null || body === "" ? "" : `\n${formatBody(body)}`)));
}
