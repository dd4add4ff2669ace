import { test as base } from "@playwright/test";
import { MockWorld } from "../mock-world.js";

// A world per worker, put back to the fixtures before each test: workers never meet, nothing is restarted.
export const test = base.extend({
  worldOfWorker: [
    async ({}, use, { workerIndex }) => use(new MockWorld(`worker-${workerIndex}`)),
    { scope: "worker" },
  ],
  world: async ({ worldOfWorker }, use) => {
    await worldOfWorker.reset();
    await use(worldOfWorker);
  },
  app: async ({ page, world }, use) => {
    await page.goto(`/devices/?${new URLSearchParams({ api: world.url, token: world.token("alice") })}`);
    await use(page);
  },
});

export { expect } from "@playwright/test";
