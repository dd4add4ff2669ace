// One request in detail: why it was answered so, what it changed, what it rests on, and how to repeat it.

import { button, copy, h, scroller, table, tell } from "./dom.js";
import { body, duration, kindOf, moment, value } from "./format.js";

/** The explanation of a request of the world that is shown. */
export async function explanation(context, number) {
  const [entry, why] = await Promise.all([
    context.read("requests", String(number)),
    context.read("requests", String(number), "why", { as: "json" }),
  ]);
  const parts = [heading(entry), sentence(why, entry), actions(context, number, why), steps(why), changes(entry.changes),
    violations(entry.violations), evidence(why), exchange(entry)];
  return h("div", {}, parts);
}

function heading({ number, request, answer, operation, user, at, microseconds }) {
  return [
    h("h3", { tabIndex: -1 },
      h("span", { className: `status ${kindOf(answer.status)}` }, answer.status || "—"),
      " ", request.method, " ", request.path, request.query && `?${request.query}`),
    h("p", { className: "hint" },
      [`#${number}`, operation, user, `${moment(at)} UTC`, duration(microseconds)].filter(Boolean).join(" · ")),
  ];
}

function sentence(why, entry) {
  return h("p", { className: `why ${why.verdict}` }, why.sentence || entry.reason);
}

function actions(context, number, { repeat }) {
  return h("div", { className: "row" },
    h("span", { className: "group", role: "group", "aria-label": "Copy as" },
      h("span", { className: "hint", "aria-hidden": "true" }, "Copy as"),
      [["curl", "curl"], ["fetch", "fetch"], ["pytest", "pytest"]].map(([name, label]) =>
        button(label, () => copy(repeat[name], `The ${label} line`), { className: "quiet", "aria-label": `Copy as ${label}` }))),
    button("Rewind to before", async () => {
      await context.change("POST", { before: number }, "rewind");
      await context.refresh();
      tell(`World ${context.world} is as it was before request ${number}.`);
    }, { "aria-label": `Rewind to before request ${number}` }));
}

function part(title, ...children) {
  return h("section", {}, h("h4", {}, title), ...children);
}

function steps({ steps: done, because, sentence: said }) {
  if (!done.length && !because) return null;
  return part("What it did",
    because && !said.includes(because) && h("blockquote", {}, because),
    h("ol", { className: "steps" }, done.map(({ verb, did }) => h("li", {}, h("strong", {}, verb), " ", did))));
}

function changes(made) {
  if (!made.length) return null;
  return part("What it changed", made.map(({ collection, before, after }) => {
    const title = `${collection}: ${!before ? "created" : !after ? "removed" : "changed"}`;
    return [h("p", { className: "what" }, title), scroller(title, table(title, ["Field", "Before", "After"], differences(before, after)))];
  }));
}

function differences(before, after) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const differs = (name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]);
  return names.filter(differs).map((name) => h("tr", {},
    h("th", { scope: "row" }, name),
    h("td", {}, before?.[name] === undefined ? absent() : h("del", {}, value(before[name]))),
    h("td", {}, after?.[name] === undefined ? absent() : h("ins", {}, value(after[name])))));
}

function absent() {
  return h("span", { className: "hint" }, "absent");
}

function violations(found) {
  if (!found.length) return null;
  return part("What breaks the contract", h("ul", {}, found.map(({ place, message, pointer }) =>
    h("li", {}, h("code", {}, place), ` ${message} `, pointer && h("span", { className: "hint" }, pointer)))));
}

function evidence({ contract, evidence: found, assumed = [] }) {
  const sources = [...contract, ...found];
  if (!sources.length && !assumed.length) return null;
  const told = sources.map(({ what }) => what).join(" ");
  const more = assumed.filter((number) => !told.includes(number));
  const pointers = new Set(); // each is shown once: what the documentation says of a place stands below the place
  return part("What it rests on",
    h("ul", { className: "sources" }, sources.map(({ what, place, pointer }) =>
      h("li", {}, h("span", {}, what), h("code", {}, place), news(pointers, pointer) && h("code", { className: "pointer" }, pointer)))),
    more.length > 0 && h("p", { className: "hint" }, `Assumed: ${more.join(", ")}`));
}

function news(known, pointer) {
  return pointer && known.size < known.add(pointer).size;
}

function exchange({ request, answer }) {
  return part("Request and answer", message("Request", request), message("Answer", answer));
}

function message(title, { headers, body: sent }) {
  return h("details", { open: sent !== null && title === "Answer" },
    h("summary", {}, title),
    h("pre", { tabIndex: 0, "aria-label": `${title} headers and body` },
      h("code", {}, Object.entries(headers).map(([name, held]) => `${name}: ${held}\n`).join(""),
        sent === null || sent === "" ? "" : `\n${body(sent)}`)));
}
