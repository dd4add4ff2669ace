/**
 * A mock server for a run of Vitest; tests use it with `useWorld` of `flashback-mock/vitest/world`.
 *
 * ```ts
 * // vitest.config.ts
 * export default defineConfig({ test: { globalSetup: "flashback-mock/vitest" } });
 * ```
 */
import type { TestProject } from "vitest/node";

import { connect, startMock, type StartOptions } from "./server.js";

declare module "vitest" {
  interface ProvidedContext {
    mock: { url: string; users: Record<string, string>; ca?: string };
  }
}

/** A global setup with these options. The default export of this module is the same without options. */
export function mockSetup(options: StartOptions = {}): (project: TestProject) => Promise<() => Promise<void>> {
  return async (project) => {
    const url = process.env["MOCK_URL"];
    const server = url ? await connect(url) : await startMock(options);
    project.provide("mock", { url: server.url, users: server.users, ...(server.address.ca ? { ca: server.address.ca } : {}) });
    return () => server.stop();
  };
}

export default mockSetup();
