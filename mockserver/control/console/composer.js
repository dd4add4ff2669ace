// A new request: chosen from the operations with an example, edited, and sent in the selected world as one of its users.

import { combobox } from "./combobox.js";
import { button, field, h, runBusy } from "./dom.js";
import { formatBody } from "./format.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "QUERY"];
const ADDED = /^(host|connection|content-length|user-agent|accept-encoding|accept-language|mock-world|cookie|authorization|origin|referer|sec-.*)$/i;

/** The form; `entry` is a request of the journal to start with, `onSent` is called with the number of the new one. */
export function composer(context, entry, { onSent }) {
  const { operations, users } = context.about;
  const form = h("form", { className: "composer" });
  const operation = combobox({
    id: "compose-operation", label: "Operation", placeholder: "Search operations", value: entry?.operation ?? "",
    options: () => operations.map((each) => ({ value: each.operation, text: each.operation, hint: `${each.method} ${each.path}` })),
    onSelect: (name) => runBusy(form, () => fillExample(name)),
  });
  const methods = [...new Set([...METHODS, ...operations.map((each) => each.method)])].map((each) => [each, each]);
  form.append(
    h("div", { className: "field" }, h("label", { htmlFor: "compose-operation" }, "Operation"), operation.element),
    h("div", { className: "line" },
      field({ name: "method", label: "Method", options: methods }),
      field({ name: "path", label: "Path", required: true, pattern: "/.*", maxLength: 2000 })),
    h("div", { className: "line even" },
      field({ name: "query", label: "Query", placeholder: "limit=10", maxLength: 8000 }),
      field({ name: "user", label: "User", options: [...users.map(({ name }) => [name, name]), ["", "No credentials"]] })),
    field({ name: "body", label: "Body", rows: 10 }),
    field({ name: "headers", label: "Headers", rows: 2, placeholder: "Prefer: code=404", hint: "One on each line" }),
    h("div", { className: "row" }, h("button", { type: "submit", className: "primary" }, "Send request"),
      button("Reset to the example", () => fillExample(operation.value), { className: "quiet" })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    runBusy(event.submitter, send);
  });
  if (entry) fill({ ...entry.request, body: entry.request.body ?? undefined }, entry.user ?? "");
  else if (operations.length) runBusy(form, () => fillExample(operations[0].operation));

  async function fillExample(name) {
    if (!name) return;
    operation.value = name;
    fill(await context.read("example", { operation: name }), form.elements.user.value);
  }

  function fill({ method, path, query, headers, body, text }, user) {
    const sent = Object.entries(headers).filter(([name, value]) => !ADDED.test(name) && !(name === "accept" && value === "*/*"));
    const values = {
      method, path, query, user, body: text ?? (body === undefined ? "" : formatBody(body)),
      headers: sent.map(([name, value]) => `${name}: ${value}`).join("\n"),
    };
    for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  }

  async function send() {
    const values = Object.fromEntries(new FormData(form));
    const request = { method: values.method, path: values.path, headers: headersFrom(values.headers), ...bodyFrom(values) };
    if (values.query) request.query = values.query.replace(/^\?/, "");
    if (values.user) request.user = values.user;
    const sent = await context.change("POST", request, "requests");
    await onSent(sent.number);
  }

  return h("div", {}, h("h3", { tabIndex: -1 }, "New request"),
    h("p", { className: "hint" }, `It is sent in the world ${context.world}. Then you can copy it as curl, fetch, pytest or Playwright.`), form);
}

function headersFrom(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  return Object.fromEntries(lines.map((line) => {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (!name) throw new Error(`Write headers as "Name: value": ${line}`);
    return [name, value];
  }));
}

/** JSON is sent as JSON; anything else as it is written, so that invalid bodies can be tried. */
function bodyFrom({ body, headers }) {
  if (!body.trim()) return {};
  const isJson = !/^content-type:/im.test(headers) || /^content-type:.*json/im.test(headers);
  if (!isJson) return { text: body };
  try {
    return { body: JSON.parse(body) };
  } catch {
    return { text: body, ...(/^content-type:/im.test(headers) ? {} : { headers: { ...headersFrom(headers), "Content-Type": "application/json" } }) };
  }
}
