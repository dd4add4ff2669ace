import { test as base } from "@playwright/test";
import { MockWorld } from "../mock-world.js";

// One world per worker, reset before each test: workers never interfere, and the mock is never restarted.
export const test = base.extend({
  workerWorld: [
    async ({}, use, { workerIndex }) => use(new MockWorld(`worker-${workerIndex}`)),
    { scope: "worker" },
  ],
  world: async ({ workerWorld }, use) => {
    await workerWorld.reset();
    await use(workerWorld);
  },
  app: async ({ page, world }, use) => {
    await page.goto(`/devices/?${new URLSearchParams({ api: world.url, token: world.token("alice") })}`);
    await use(page);
  },
});

export { expect } from "@playwright/test";
