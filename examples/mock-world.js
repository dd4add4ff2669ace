// One world of the mock, as a test drives it. Copy this file into your project: it needs nothing but `fetch`.

export class MockWorld {
  constructor(name, url = process.env.MOCK_URL ?? "http://127.0.0.1:4010", adminToken = process.env.MOCK_ADMIN_TOKEN) {
    this.name = name;
    this.url = url;
    this.admin = adminToken ? { Authorization: `Bearer ${adminToken}` } : {}; // for a mock on another machine
  }

  /** The bearer token that puts a user's requests into this world. */
  token(user = "alice") {
    return `${user}-token~${this.name}`;
  }

  /** Back to the fixtures: records, clock, faults and journal. */
  reset() {
    return this.call("POST", "reset", {});
  }

  /** Let time pass: `P31D`, `PT30M`. */
  advance(by) {
    return this.call("POST", "clock/advance", { by });
  }

  /** Set the clock and stop it. */
  freeze(now) {
    return this.call("PUT", "clock", { now, frozen: true });
  }

  /** Make an operation answer a status; once, unless `times` says otherwise. */
  fail(operation, status = 500, times = 1) {
    return this.call("POST", "faults", { operation, status, times });
  }

  /** Say all that goes wrong from now on: `{presets: ["slow-3g"], rules: [{body: "truncated"}]}`; `{}` ends it. */
  faults(all) {
    return this.call("PUT", "faults", all);
  }

  /** What the app has asked, oldest first; filters as in `{operation: "trustDevice", status: "4XX"}`. */
  async requests(filters = {}) {
    return (await this.call("GET", `requests?${new URLSearchParams(filters)}`)).requests;
  }

  /** Undo a request and all that came after it. */
  rewind(before) {
    return this.call("POST", "rewind", { before });
  }

  /** Throw, with a diff of what came instead, unless the app has made these calls. */
  async verify(...calls) {
    const { verified, diff } = await this.call("POST", "verify", { calls });
    if (!verified) throw new Error(`The app did not call the API as expected:\n${diff}`);
  }

  /** Change fields of a stored record; `null` takes one away. */
  change(collection, key, fields) {
    return this.call("PATCH", `state/${collection}/${encodeURIComponent(key)}`, fields);
  }

  async call(method, path, body) {
    const answer = await fetch(`${this.url}/__mock__/worlds/${encodeURIComponent(this.name)}/${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...this.admin },
      body: body && JSON.stringify(body),
    });
    const value = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.detail}`);
    return value;
  }
}
