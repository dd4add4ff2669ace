// Calls to the control API. Every call goes to the page's own origin.

const BASE = new URL("../", import.meta.url);

/** An error response of the control API, or no response at all; the message is meant for the user. */
export class CallError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.name = "CallError";
    this.status = status;
  }
}

/** The URL of a path of the control API. */
export function urlOf(path) {
  return new URL(path, BASE).href;
}

/** The path of a resource in a world; each part becomes one segment. */
export function pathIn(world, ...parts) {
  return ["worlds", world, ...parts].map((part) => encodeURIComponent(part)).join("/");
}

/** Call the control API. Returns the decoded body, or throws a CallError. */
export async function call(method, path, body) {
  const options = { method, headers: { Accept: "application/json" } };
  if (method !== "GET") options.headers["Content-Type"] = "application/json";
  if (body !== undefined) options.body = JSON.stringify(body);
  let response;
  try {
    response = await fetch(urlOf(path), options);
  } catch {
    throw new CallError("The mock cannot be reached. Is it still running?");
  }
  const text = await response.text();
  const value = text && /json/.test(response.headers.get("Content-Type")) ? JSON.parse(text) : text;
  if (!response.ok) throw new CallError(errorMessage(response, value), response.status);
  return value;
}

function errorMessage(response, problem) {
  const details = (problem.validation ?? []).map((each) => `${each.location}: ${each.message}`);
  return [problem.detail ?? `The mock returned status ${response.status}.`, ...details].join(" · ");
}
