// Import of an HTTP archive: its requests are sent to the mock in the selected world, and their statuses compared.

import { openDialog } from "./dialog.js";
import { button, h, notify, scroller, table } from "./dom.js";
import { count } from "./format.js";

const MOST = 500;
const LEFT_OUT = /^(:.*|host|connection|content-length|accept-encoding|accept-language|cookie|origin|referer|user-agent|sec-.*|cache-control|pragma|te|priority|upgrade-insecure-requests|mock-world|if-none-match|if-modified-since|access-control-request-.*)$/i;

/** The button that opens a file. `onDone` is called after the requests were sent, `onSelect` with the number of one. */
export function importButton(context, { onDone, onSelect }) {
  const file = h("input", { type: "file", accept: ".har,application/json", hidden: true, "aria-label": "HTTP archive" });
  const opener = button("Import HAR…", () => file.click(), { className: "quiet" });
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    file.value = "";
    if (chosen) await askAndSend(context, chosen.name, await chosen.text(), { onDone, onSelect });
  });
  return [opener, file];
}

async function askAndSend(context, name, text, { onDone, onSelect }) {
  let found;
  try {
    await context.loadDetails();
  } catch (error) {
    return notify(error.message, "failure");
  }
  const { operations, users } = context.about;
  try {
    found = requestsIn(JSON.parse(text), operations);
  } catch {
    await openDialog({ title: "Import HAR", text: `${name} is not an HTTP archive: it has no log.entries with requests.`, action: "Close", cancel: false });
    return undefined;
  }
  const { requests, others, prefix } = found;
  const results = [];
  const progress = h("p", { role: "status" });
  const confirmed = await openDialog({
    title: `Import ${count(requests.length, "request")}`, action: "Send requests",
    text: [
      `${name}: the requests are sent to the mock in the world ${context.world}, in their order.`,
      prefix && `The prefix ${prefix} is left out of their paths.`,
      others && `${count(others, "other request")} of the archive ${others === 1 ? "is" : "are"} left out: no operation of the contract, or more than ${MOST}.`,
    ].filter(Boolean).join(" "),
    fields: [{ name: "user", label: "Credentials", options: [...users.map((each) => [each.name, `As ${each.name}`]), ["", "As recorded"]] }],
    content: progress,
    submit: async ({ user }) => {
      for (const { recorded, ...request } of requests) {
        progress.textContent = `${results.length} of ${requests.length} sent`;
        const entry = await context.change("POST", withCredentials(request, user), "requests");
        results.push({ recorded, number: entry.number, status: entry.answer.status, method: request.method, path: request.path });
      }
    },
  });
  await onDone();
  return confirmed && showResults(results, onSelect);
}

function withCredentials(request, user) {
  if (!user) return request;
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== "authorization"));
  return { ...request, headers, user };
}

/** The requests of an archive whose paths are operations of the contract, below the prefix that fits most of them. */
export function requestsIn(archive, operations) {
  const templates = operations.map(({ method, path }) => ({ method, pattern: patternOf(path) }));
  const isKnown = (method, path) => templates.some((each) => each.method === method && each.pattern.test(path));
  const entries = archive.log.entries.flatMap(requestOf);
  const votes = new Map();
  for (const { method, path } of entries) {
    const prefix = prefixes(path).find((each) => isKnown(method, path.slice(each.length)));
    if (prefix !== undefined) votes.set(prefix, (votes.get(prefix) ?? 0) + 1);
  }
  const prefix = [...votes].sort(([, one], [, other]) => other - one)[0]?.[0] ?? "";
  const fitting = entries
    .filter(({ path }) => path.startsWith(prefix)).map((each) => ({ ...each, path: each.path.slice(prefix.length) }))
    .filter(({ method, path }) => isKnown(method, path)).slice(0, MOST);
  return { requests: fitting, others: archive.log.entries.length - fitting.length, prefix };
}

function patternOf(template) {
  const parts = template.split(/[?#]/)[0].split(/\{[^}]*\}/).map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]+")}$`);
}

function prefixes(path) {
  const segments = path.split("/");
  return segments.map((_, index) => segments.slice(0, index + 1).join("/")).slice(0, 4);
}

/** A request of an archive as the control API takes it, in a list; an empty list if its address can't be read. */
function requestOf({ request, response }) {
  let url, path;
  try {
    url = new URL(request.url);
    path = decodeURIComponent(url.pathname);
  } catch {
    return [];
  }
  const headers = Object.fromEntries((request.headers ?? [])
    .filter(({ name, value }) => !LEFT_OUT.test(name) && value !== "[redacted]").map(({ name, value }) => [name.toLowerCase(), value]));
  const text = request.postData?.text;
  if (text && !headers["content-type"]) headers["content-type"] = request.postData.mimeType || "application/json";
  const rest = { ...(url.search ? { query: url.search.slice(1) } : {}), ...(text ? { text } : {}) };
  return [{ method: request.method.toUpperCase(), path, headers, ...rest, recorded: response?.status ?? 0 }];
}

async function showResults(results, onSelect) {
  const different = results.filter(({ recorded, status }) => recorded !== status);
  let chosen = null;
  const dialog = openDialog({
    title: `${count(results.length, "request")} sent, ${different.length || "none"} with another status`, action: "Close", cancel: false, wide: true,
    content: different.length > 0 && scroller("Different statuses", table("Requests whose status differs from the archive", ["Request", "Recorded", "Mock"],
      different.slice(0, 100).map(({ number, method, path, recorded, status }) => h("tr", {},
        h("td", {}, h("button", { type: "submit", value: "ok", className: "link", onclick: () => { chosen = number; } }, `${method} ${path}`)),
        h("td", {}, recorded || "—"), h("td", {}, status || "—"))))),
  });
  await dialog;
  if (chosen) await onSelect(chosen);
}
