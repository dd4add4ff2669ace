/**
 * A mock server for a run of Cypress. Tests control it with `mockWorld` of `flashback-mock/cypress/support`.
 *
 * ```ts
 * // cypress.config.ts
 * import { mockPlugin } from "flashback-mock/cypress";
 * export default defineConfig({ e2e: { setupNodeEvents: (on, config) => mockPlugin(on, config, { spec: "openapi.yaml" }) } });
 * ```
 */
import { connect, startMock, type StartOptions } from "./server.js";
import type { MockWorld } from "./world.js";

/** One call of a method of a world, as a task of Cypress. */
export interface WorldCall {
  world: string;
  method: WorldMethod;
  args: unknown[];
}

/** The methods of a world that a test may call. */
export const METHODS = [
  "addFault", "advance", "change", "clock", "coverage", "delete", "deliveries", "drop", "fail", "failJob", "faults",
  "freeze", "info", "load", "notify", "pauseDeliveries", "put", "record", "requests", "resend", "reset", "resumeDeliveries", "rewind",
  "save", "setClock", "setState", "state", "verify", "why",
] as const;
export type WorldMethod = (typeof METHODS)[number];

interface Config {
  env: Record<string, unknown>;
}

interface On {
  (event: "task", tasks: Record<string, (argument: WorldCall) => unknown>): void;
  (event: "after:run", listener: () => Promise<void>): void;
}

/** Start the mock, set `MOCK_URL` and `MOCK_USERS` in the environment of Cypress, and register the task of `mockWorld`. */
export async function mockPlugin<C extends Config>(on: unknown, config: C, options: StartOptions = {}): Promise<C> {
  const register = on as On; // its own type needs the package `cypress`
  const url = process.env["MOCK_URL"];
  const server = url ? await connect(url) : await startMock(options);
  register("task", {
    "flashback-mock": async ({ world, method, args }) => {
      if (!METHODS.includes(method)) throw new Error(`a world has no method ${method}`);
      const call = server.world(world)[method] as (this: MockWorld, ...args: unknown[]) => Promise<unknown>;
      return (await call.apply(server.world(world), args)) ?? null; // a task may not return undefined
    },
  });
  register("after:run", () => server.stop());
  config.env["MOCK_URL"] = server.url;
  config.env["MOCK_USERS"] = server.users;
  return config;
}
