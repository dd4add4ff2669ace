// The calls that this page makes. Every way to fail ends as an ApiError with a sentence for the person who reads it.

const PATIENCE = 10_000;

export class ApiError extends Error {
  constructor(message, { status = 0, retryAfter = 0 } = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** A client of one API address, as one user. */
export function connect({ api, token }) {
  const call = (method, path, body) => request(`${api.replace(/\/+$/, "")}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  const device = (id) => `/devices/${encodeURIComponent(id)}`;
  return {
    devices: async () => (await call("GET", "/devices")).devices,
    // The list leaves the fingerprint out; the device itself has it.
    trust: async (id) => {
      const { device: { deviceFingerprint: fingerprint } } = await call("GET", device(id));
      return call("POST", "/devices/trust", { fingerprint });
    },
    untrust: (id) => call("POST", `${device(id)}/untrust`),
  };
}

async function request(url, options) {
  let answer;
  let text;
  try {
    answer = await fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    text = await answer.text();
  } catch (error) {
    throw new ApiError(error.name === "TimeoutError"
      ? "The server takes too long to answer."
      : "The server cannot be reached, or the connection broke.");
  }
  const value = parsed(text);
  if (answer.ok && value) return value;
  throw new ApiError(sentence(answer, value), {
    status: answer.status,
    retryAfter: Number(answer.headers.get("Retry-After")) || 0,
  });
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function sentence(answer, value) {
  if (answer.ok) return "The server's answer cannot be read.";
  if (answer.status === 401) return "You are signed out: the access token is not accepted.";
  if (answer.status === 429) return "Too many requests for now.";
  return value?.error ?? value?.detail ?? `The server answers ${answer.status}.`;
}
