/**
 * Fixtures for Playwright: a mock server for each worker, a fresh world for each test, and recordings of the traffic.
 *
 * ```ts
 * import { expect, test } from "flashback-mock/playwright";
 * test.use({ mockOptions: { spec: "openapi.yaml" } });
 * test.use({ recordTraffic: "recordings" }); // for `contract-tests traffic recordings`
 * ```
 */
import { join } from "node:path";

import { test as base } from "@playwright/test";

import { connect, servesTls, startMock, type MockServer, type StartOptions } from "./server.js";
import type { MockWorld } from "./world.js";

/** How the mock is started, or the URL of one that already runs. */
export type MockOptions = StartOptions | { url: string };

export interface WorkerFixtures {
  /** An option: how the mock is started, or where it runs. `MOCK_URL` overrides it. */
  mockOptions: MockOptions;
  /** The mock server of this worker. */
  mockServer: MockServer;
}

export interface TestFixtures {
  /** A world that starts from the fixtures. If the test fails, the requests of this world are attached to its report. */
  world: MockWorld;
  /**
   * An option: the folder in which each test records what its page sends and gets, as an HTTP archive. It needs no mock.
   * `RECORD_TRAFFIC` overrides it. The archives have the tokens of the tests.
   */
  recordTraffic: string | undefined;
}

/** The archive of a test: its title and id, so that no two tests share one, and the number of a repeated attempt. */
function archiveOf(folder: string, titles: readonly string[], id: string, retry: number): string {
  const words = titles.join("-").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 80);
  return join(folder, `${words}-${id}${retry ? `-retry${retry}` : ""}.har`);
}

/** Whether the mock shows a certificate of its own making, which no browser trusts by itself. */
function isPrivate(options: MockOptions): boolean {
  const url = process.env["MOCK_URL"] ?? ("url" in options ? options.url : undefined);
  return url === undefined ? servesTls(options as StartOptions) : url.startsWith("https:") && "MOCK_CA" in process.env;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  mockOptions: [{}, { option: true, scope: "worker" }],
  mockServer: [
    async ({ mockOptions }, use) => {
      const url = process.env["MOCK_URL"] ?? ("url" in mockOptions ? mockOptions.url : undefined);
      const server = url ? await connect(url) : await startMock(mockOptions as StartOptions);
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 400_000 },
  ],
  recordTraffic: [undefined, { option: true }],
  ignoreHTTPSErrors: async ({ ignoreHTTPSErrors, mockOptions }, use) => use(ignoreHTTPSErrors || isPrivate(mockOptions)),
  contextOptions: async ({ contextOptions, recordTraffic }, use, testInfo) => {
    const folder = process.env["RECORD_TRAFFIC"] ?? recordTraffic;
    if (!folder) return use(contextOptions);
    const path = archiveOf(folder, testInfo.titlePath, testInfo.testId, testInfo.retry);
    await use({ ...contextOptions, recordHar: { path, content: "embed" } });
  },
  world: async ({ mockServer }, use, testInfo) => {
    const world = mockServer.world(`playwright-${testInfo.parallelIndex}`);
    await world.reset();
    await use(world);
    if (testInfo.status !== testInfo.expectedStatus) {
      const body = JSON.stringify(await world.requests(), null, 2);
      await testInfo.attach("mock-requests.json", { body, contentType: "application/json" });
    }
  },
});

export { expect } from "@playwright/test";
