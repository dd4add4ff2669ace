// The control surface as functions: one for a call, one for the stream of events. Same origin, nothing else.

const BASE = new URL("../", import.meta.url);

/** A refusal of the control surface, or none at all, as a sentence. */
export class CallError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.name = "CallError";
    this.status = status;
  }
}

/** The address of a path of the control surface. */
export function address(path) {
  return new URL(path, BASE).href;
}

/** A path within a world; each part is one segment. */
export function within(world, ...parts) {
  return ["worlds", world, ...parts].map((part) => encodeURIComponent(part)).join("/");
}

/** Call the control surface: the decoded answer, or a CallError. */
export async function call(method, path, body) {
  const options = { method, headers: { Accept: "application/json" } };
  if (method !== "GET") options.headers["Content-Type"] = "application/json";
  if (body !== undefined) options.body = JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(address(path), options);
  } catch {
    throw new CallError("The mock cannot be reached. Is it still running?");
  }
  const text = await answer.text();
  const value = text && /json/.test(answer.headers.get("Content-Type")) ? JSON.parse(text) : text;
  if (!answer.ok) throw new CallError(sentence(answer, value), answer.status);
  return value;
}

function sentence(answer, problem) {
  const details = (problem.validation ?? []).map((each) => `${each.location}: ${each.message}`);
  return [problem.detail ?? `The mock answers ${answer.status}.`, ...details].join(" · ");
}

/** Listen to what happens in all worlds; `opened` is called at the start and after each break. */
export function listen({ opened, broken, heard }) {
  const source = new EventSource(address("events"));
  source.onopen = opened;
  source.onerror = broken;
  for (const type of ["request", "world", "removed"]) {
    source.addEventListener(type, (event) => heard(JSON.parse(event.data)));
  }
  addEventListener("pagehide", () => source.close());
}
