/** A client for one world of a running mock server. It needs only `fetch`. */
import type { components } from "./control.js";

type Schemas = components["schemas"];
export type Clock = Schemas["Clock"];
export type Coverage = Schemas["Coverage"];
export type Deliveries = components["responses"]["Deliveries"]["content"]["application/json"];
export type Delivery = Schemas["Delivery"];
export type Entry = Schemas["Entry"];
export type Expectation = Schemas["Expectation"];
export type Faults = Schemas["Faults"];
export type PresetName = Schemas["PresetName"];
export type MockRecord = Schemas["Record"];
export type Rule = Schemas["Rule"];
export type State = Schemas["State"];
export type World = Schemas["World"];

/** How long one call of the control API may take, in milliseconds. */
const TIMEOUT = 30_000;

/** Where a mock server listens, and who may call it. */
export interface Address {
  /** The URL of the mock, for example `http://127.0.0.1:4010`. */
  url: string;
  /** Tokens by the name of the user. */
  users?: Record<string, string>;
  /** The admin token of a mock on another machine. */
  adminToken?: string | undefined;
  /** The certificate (PEM) of the authority that has signed what an https mock shows. Only Node.js can use it. */
  ca?: string | undefined;
}

/** Which journal entries to read. */
export interface Filters {
  operation?: string;
  user?: string;
  /** A status such as `404`, or a class such as `4XX`. */
  status?: string;
  verdict?: Schemas["Verdict"];
  /** Only entries after this number. */
  since?: number;
  limit?: number;
}

/** Which deliveries to list. */
export interface DeliveryFilters {
  state?: Schemas["DeliveryState"];
  /** The name of a callback or webhook. */
  event?: string;
}

/** The mock server refused a control call, or a verification failed; the message explains why. */
export class MockRefused extends Error {
  override readonly name = "MockRefused";

  constructor(
    message: string,
    /** The status of the response; 0 if the call was accepted and the verification failed. */
    readonly status = 0,
  ) {
    super(message);
  }
}

/** Make one call of the control API, with a path below `/__mock__/`. */
export async function control<T>(address: Address, method: string, path: string, body?: unknown): Promise<T> {
  const url = `${address.url.replace(/\/$/, "")}/__mock__/${path}`;
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (address.adminToken) headers["Authorization"] = `Bearer ${address.adminToken}`;
  const call = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  let answer: Answer;
  try {
    answer = await (address.ca && url.startsWith("https:") ? trusted(url, call, address.ca) : fetched(url, call));
  } catch (error) {
    throw new MockRefused(`${method} ${url}: the mock server doesn't respond. Is it running? (${reason(error)})`);
  }
  const { status, text } = answer;
  const isJson = answer.media.includes("json");
  const value: unknown = isJson ? JSON.parse(text) : text;
  if (status < 200 || status > 299) {
    const detail = isJson && typeof value === "object" && value && "detail" in value ? String(value.detail) : text;
    throw new MockRefused(`${method} ${url}: ${status} ${detail}`, status);
  }
  return value as T;
}

interface Call {
  method: string;
  headers: Record<string, string>;
  body?: string;
}

interface Answer {
  status: number;
  media: string;
  text: string;
}

async function fetched(url: string, call: Call): Promise<Answer> {
  const response = await fetch(url, { ...call, signal: AbortSignal.timeout(TIMEOUT) });
  return { status: response.status, media: response.headers.get("content-type") ?? "", text: await response.text() };
}

/** The same with an authority of one's own, which `fetch` can't be given in all versions of Node.js. */
async function trusted(url: string, { body, ...call }: Call, ca: string): Promise<Answer> {
  const [{ request }, { rootCertificates }] = await Promise.all([import("node:https"), import("node:tls")]);
  return new Promise((resolve, reject) => {
    const options = { ...call, ca: [...rootCertificates, ca], signal: AbortSignal.timeout(TIMEOUT) };
    const sent = request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part)).on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, media: response.headers["content-type"] ?? "", text }));
    });
    sent.on("error", reject).end(body);
  });
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** A world of the mock server: an isolated copy of all records, with its own clock, faults and journal. */
export class MockWorld {
  readonly url: string;
  private readonly address: Address;

  constructor(
    readonly name: string,
    address: Address | string = process.env["MOCK_URL"] ?? "http://127.0.0.1:4010",
  ) {
    const given = typeof address === "string" ? { url: address } : address;
    this.address = { adminToken: process.env["MOCK_ADMIN_TOKEN"], ...given };
    this.url = given.url;
  }

  /** The bearer token for a user in this world. A name that isn't a known user is taken as the token itself. */
  token(user?: string): string {
    const users = this.address.users ?? {};
    const name = user ?? Object.keys(users)[0];
    if (name === undefined) throw new MockRefused("no user is known: pass the token, or use `headers()`");
    return `${users[name] ?? name}~${this.name}`;
  }

  /** The headers that send a request to this world, if you can't change its token. */
  headers(): Record<"Mock-World", string> {
    return { "Mock-World": this.name };
  }

  /** The world in numbers: records, requests, faults, clock. */
  info(): Promise<World> {
    return this.call("GET", "");
  }

  /** Restore the fixtures: records, clock, faults and journal, except what you keep. */
  reset(keep: ("clock" | "faults")[] = []): Promise<World> {
    return this.call("POST", "reset", keep.length ? { keep } : {});
  }

  /** Remove the world; it is created again from the fixtures on the next use. */
  remove(): Promise<void> {
    return this.call("DELETE", "");
  }

  /** Copy this world, as it is now, to a new name. */
  async fork(name: string, replace = false): Promise<MockWorld> {
    await this.call("POST", "fork", { name, replace });
    return new MockWorld(name, this.address);
  }

  /** Restore the state just before a request, and forget that request and all later ones. */
  rewind(before: number | "last" = "last"): Promise<World> {
    return this.call("POST", "rewind", { before });
  }

  clock(): Promise<Clock> {
    return this.call("GET", "clock");
  }

  /** Advance the clock by an ISO 8601 duration: `P31D`, `PT30M`. */
  advance(by: string): Promise<Clock> {
    return this.call("POST", "clock/advance", { by });
  }

  /** Set the clock, to a date-time or to `now`. */
  setClock(now: string, frozen = false): Promise<Clock> {
    return this.call("PUT", "clock", { now, frozen });
  }

  /** Set the clock and freeze it. */
  freeze(now: string): Promise<Clock> {
    return this.setClock(now, true);
  }

  /** Make an operation return a status: once, or `times` times. */
  fail(operation: string, status = 500, times = 1): Promise<Faults> {
    return this.addFault({ operation, status, times });
  }

  /** Make the next job that an operation starts fail later: it moves to the state that `fails` names in the behaviours. */
  failJob(operation?: string, times = 1): Promise<Faults> {
    return this.addFault({ ...(operation === undefined ? {} : { operation }), fails: true, times });
  }

  /** Add one rule in front of the others. */
  addFault(rule: Rule): Promise<Faults> {
    return this.call("POST", "faults", rule);
  }

  /** Replace all faults: `{presets: ["slow-3g"], rules: [{body: "truncated"}]}`; without an argument, remove them. */
  faults(all: { rules?: Rule[]; presets?: PresetName[] } = {}): Promise<Faults> {
    return this.call("PUT", "faults", all);
  }

  /** What the API has sent and what waits to be sent, oldest first, whether deliveries are paused, and the secret of their signatures. */
  deliveries(filters: DeliveryFilters = {}): Promise<Deliveries> {
    return this.call("GET", `deliveries?${query(filters)}`);
  }

  /** Send a webhook or callback by hand, with a body made from the contract unless you give one; the first attempt is over then. */
  notify(event: string, to: string, body?: unknown): Promise<Delivery> {
    return this.call("POST", "deliveries", { event, to, ...(body === undefined ? {} : { body }) });
  }

  /** Send a delivery again, with the same id and body. */
  resend(id: string): Promise<Delivery> {
    return this.call("POST", `deliveries/${encodeURIComponent(id)}/resend`);
  }

  /** Drop a delivery that still waits. */
  drop(id: string): Promise<Delivery> {
    return this.call("DELETE", `deliveries/${encodeURIComponent(id)}`);
  }

  /** Hold all deliveries. */
  pauseDeliveries(): Promise<Deliveries> {
    return this.call("PATCH", "deliveries", { paused: true });
  }

  /** Send them again; what has become due meanwhile is sent before this returns. */
  resumeDeliveries(): Promise<Deliveries> {
    return this.call("PATCH", "deliveries", { paused: false });
  }

  /** The requests of the app, and what the API has sent, oldest first. */
  async requests(filters: Filters = {}): Promise<Entry[]> {
    return (await this.call<{ requests: Entry[] }>("GET", `requests?${query(filters)}`)).requests;
  }

  /** Why a request got its response, as text. */
  why(number: number | "last" = "last"): Promise<string> {
    return this.call("GET", `requests/${number}/why`);
  }

  /** Check that the app made these calls, or that the API sent these callbacks and webhooks; throws an error with a diff if not. */
  async verify(...calls: Expectation["calls"]): Promise<void> {
    const { verified, diff } = await this.call<{ verified: boolean; diff: string }>("POST", "verify", { calls });
    if (!verified) throw new MockRefused(`The app did not call the API as expected:\n${diff}`);
  }

  /** All records, by collection. */
  state(): Promise<State> {
    return this.call("GET", "state");
  }

  /** Replace all records. */
  setState(state: State): Promise<unknown> {
    return this.call("PUT", "state", state);
  }

  /** This world as YAML text, for `load` and `mockserver mock --state FILE`. */
  save(): Promise<string> {
    return this.call("GET", "saved");
  }

  /** Make this world what a saved one was: the text of `save`, or of a file, which error messages call `file`. */
  load(yaml: string, file?: string): Promise<World> {
    return this.call("PUT", "saved", { yaml, ...(file === undefined ? {} : { file }) });
  }

  record(collection: string, key: string): Promise<MockRecord> {
    return this.call("GET", place(collection, key));
  }

  /** Store a record, or replace it. */
  put(collection: string, key: string, record: MockRecord): Promise<MockRecord> {
    return this.call("PUT", place(collection, key), record);
  }

  /** Change fields of a stored record; `null` removes a field. */
  change(collection: string, key: string, fields: MockRecord): Promise<MockRecord> {
    return this.call("PATCH", place(collection, key), fields);
  }

  /** Delete a stored record. */
  delete(collection: string, key: string): Promise<void> {
    return this.call("DELETE", place(collection, key));
  }

  /** Which documented responses the app has received. */
  coverage(): Promise<Coverage> {
    return this.call("GET", "coverage");
  }

  private call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const below = path ? `/${path}` : "";
    return control(this.address, method, `worlds/${encodeURIComponent(this.name)}${below}`, body);
  }
}

function query(filters: object): string {
  return String(new URLSearchParams(Object.entries(filters).map(([name, value]) => [name, String(value)])));
}

function place(collection: string, key: string): string {
  return `state/${encodeURIComponent(collection)}/${encodeURIComponent(key)}`;
}
