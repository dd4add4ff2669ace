/**
 * Fixtures for Playwright: a mock server for each worker, and a fresh world for each test.
 *
 * ```ts
 * import { expect, test } from "flashback-mock/playwright";
 * test.use({ mockOptions: { spec: "openapi.yaml" } });
 * ```
 */
import { test as base } from "@playwright/test";

import { connect, startMock, type MockServer, type StartOptions } from "./server.js";
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
