// A client for one world of the mock. Copy this file into your project; it needs only `fetch`.

export class MockWorld {
  constructor(name, url = process.env.MOCK_URL ?? "http://127.0.0.1:4010", adminToken = process.env.MOCK_ADMIN_TOKEN) {
    this.name = name;
    this.url = url;
    this.admin = adminToken ? { Authorization: `Bearer ${adminToken}` } : {}; // for a mock on another machine
  }

  /** The bearer token for a user in this world. */
  token(user = "alice") {
    return `${user}-token~${this.name}`;
  }

  /** Restore the fixtures: records, clock, faults and journal. */
  reset() {
    return this.call("POST", "reset", {});
  }

  /** Advance the clock by an ISO 8601 duration: `P31D`, `PT30M`. */
  advance(by) {
    return this.call("POST", "clock/advance", { by });
  }

  /** Set the clock and freeze it. */
  freeze(now) {
    return this.call("PUT", "clock", { now, frozen: true });
  }

  /** Make an operation return a status: once, or `times` times. */
  fail(operation, status = 500, times = 1) {
    return this.call("POST", "faults", { operation, status, times });
  }

  /** Replace all faults: `{presets: ["slow-3g"], rules: [{body: "truncated"}]}`; `{}` removes them. */
  faults(all) {
    return this.call("PUT", "faults", all);
  }

  /** The requests of the app, oldest first; filter them with `{operation: "trustDevice", status: "4XX"}`. */
  async requests(filters = {}) {
    return (await this.call("GET", `requests?${new URLSearchParams(filters)}`)).requests;
  }

  /** Undo a request and everything after it. */
  rewind(before) {
    return this.call("POST", "rewind", { before });
  }

  /** Check that the app made these calls; throws an error with a diff if it didn't. */
  async verify(...calls) {
    const { verified, diff } = await this.call("POST", "verify", { calls });
    if (!verified) throw new Error(`The app did not call the API as expected:\n${diff}`);
  }

  /** Change fields of a stored record; `null` removes a field. */
  change(collection, key, fields) {
    return this.call("PATCH", `state/${collection}/${encodeURIComponent(key)}`, fields);
  }

  async call(method, path, body) {
    const response = await fetch(`${this.url}/__mock__/worlds/${encodeURIComponent(this.name)}/${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...this.admin },
      body: body && JSON.stringify(body),
    });
    const value = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value.detail}`);
    return value;
  }
}
