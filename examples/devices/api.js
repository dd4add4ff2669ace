// The API calls of this page. Every failure becomes an ApiError with a message for the user.

const TIMEOUT = 10_000; // milliseconds

export class ApiError extends Error {
  constructor(message, { status = 0, retryAfter = 0 } = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** A client for one API address and one user. */
export function connect({ api, token }) {
  const call = (method, path, body) => request(`${api.replace(/\/+$/, "")}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  const device = (id) => `/devices/${encodeURIComponent(id)}`;
  return {
    devices: async () => (await call("GET", "/devices")).devices,
    // The list doesn't contain the fingerprint, so read the device first.
    trust: async (id) => {
      const { device: { deviceFingerprint: fingerprint } } = await call("GET", device(id));
      return call("POST", "/devices/trust", { fingerprint });
    },
    untrust: (id) => call("POST", `${device(id)}/untrust`),
  };
}

async function request(url, options) {
  let response;
  let text;
  try {
    response = await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT) });
    text = await response.text();
  } catch (error) {
    throw new ApiError(error.name === "TimeoutError"
      ? "The server took too long to respond."
      : "The server cannot be reached, or the connection broke.");
  }
  const value = parseObject(text);
  if (response.ok && value) return value;
  throw new ApiError(errorMessage(response, value), {
    status: response.status,
    retryAfter: Number(response.headers.get("Retry-After")) || 0,
  });
}

function parseObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function errorMessage(response, value) {
  if (response.ok) return "The server's response cannot be read.";
  if (response.status === 401) return "You are signed out: the access token was rejected.";
  if (response.status === 429) return "Too many requests.";
  return value?.error ?? value?.detail ?? `The server returned status ${response.status}.`;
}
