/** Starts a mock server for the duration of a test run. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as tls from "node:tls";

import { CannotRun, findCommand } from "./command.js";
import { control, MockWorld, type Address } from "./world.js";

/** How a mock server is started. */
export interface StartOptions {
  /** The contract: a file or a URL. By default, the bundled one. */
  spec?: string;
  /** The port; by default, any that is free. */
  port?: number;
  /** Further arguments of `mockserver mock`, for example `["--auth", "any"]`. */
  args?: string[];
  /** Serve https, with a certificate of this user's local authority, which this process trusts then as far as Node.js can. */
  tls?: boolean;
  /** The folder in which relative paths start. */
  cwd?: string;
  /** How long the start may take, in milliseconds, after the Python package is installed. */
  timeout?: number;
}

/** A running mock server. */
export class MockServer {
  constructor(
    readonly address: Address,
    private readonly child?: ChildProcess,
  ) {}

  get url(): string {
    return this.address.url;
  }

  /** Tokens by the name of the user. */
  get users(): Record<string, string> {
    return this.address.users ?? {};
  }

  /** A world of this server. */
  world(name: string): MockWorld {
    return new MockWorld(name, this.address);
  }

  /** Stop the server, if this process started it. */
  async stop(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(late);
  }

  /** Stop the server when the block ends: `await using mock = await startMock()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Use a mock server that already runs; its users are read from it. `MOCK_CA` is the certificate (a file) that an https mock is trusted by. */
export async function connect(url: string, adminToken = process.env["MOCK_ADMIN_TOKEN"]): Promise<MockServer> {
  const ca = process.env["MOCK_CA"] ? trust(process.env["MOCK_CA"]) : undefined;
  const about = await control<{ users: { name: string; token: string }[] }>({ url, adminToken, ca }, "GET", "about");
  const users = Object.fromEntries(about.users.map(({ name, token }) => [name, token]));
  return new MockServer({ url, users, adminToken, ca });
}

/** Whether a mock is started with https. */
export function servesTls({ tls, args = [] }: StartOptions): boolean {
  return tls || args.some((one) => one === "--tls" || one.startsWith("--tls-cert"));
}

/** The certificate in a file, which `fetch` of this process trusts from here on: in Node.js 22.19, 24.5 and newer. */
function trust(file: string): string {
  const ca = readFileSync(file, "utf8");
  const { getCACertificates, setDefaultCACertificates } = tls as Partial<TlsOfNewNode>;
  if (getCACertificates && setDefaultCACertificates) setDefaultCACertificates([...getCACertificates("default"), ca]);
  return ca;
}

interface TlsOfNewNode {
  getCACertificates(type: "default"): string[];
  setDefaultCACertificates(certificates: string[]): void;
}

/** Start a mock server, and wait until it listens. */
export async function startMock(options: StartOptions = {}): Promise<MockServer> {
  const { spec, port = 0, args = [], cwd, timeout = 60_000 } = options;
  const extras = servesTls(options) ? ["tls"] : [];
  const command = await findCommand("mockserver", (line) => process.stderr.write(`${line}\n`), extras);
  const secure = options.tls ? ["--tls"] : [];
  const asked = ["mock", ...(spec ? [spec] : []), "--port", String(port), "--log-format", "json", ...secure, ...args];
  const child = spawn(command.file, [...command.args, ...asked], { ...(cwd ? { cwd } : {}), stdio: ["ignore", "pipe", "pipe"] });
  const end = () => child.kill("SIGTERM");
  process.once("exit", end);
  child.once("exit", () => process.removeListener("exit", end));
  let problems = "";
  child.stderr.on("data", (part) => (problems = (problems + part).slice(-4000)));
  try {
    return new MockServer(await listening(child, timeout, () => problems), child);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

/** Where a started mock listens; the first line that it prints says so. */
function listening(child: ChildProcess, timeout: number, problems: () => string): Promise<Address> {
  return new Promise((resolve, reject) => {
    const fail = (problem: string) => {
      clearTimeout(late);
      reject(new CannotRun(`the mock server ${problem}`));
    };
    const late = setTimeout(() => fail(`didn't start within ${timeout} ms\n${problems().trim()}`), timeout);
    child.once("error", (error) => fail(`can't be started: ${error.message}`));
    child.once("close", (code) => fail(`ended with exit code ${code}\n${problems().trim()}`));
    // Every line is read, so that the pipe never fills up.
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const event = line.startsWith('{"event":"listening"') ? (JSON.parse(line) as Address & { event: string; ca?: string }) : undefined;
      if (!event) return;
      clearTimeout(late);
      resolve({ url: event.url, users: event.users ?? {}, ...(event.ca ? { ca: trust(event.ca) } : {}) });
    });
  });
}
