import { test as base } from "flashback-mock/playwright";

// `world` comes from flashback-mock: each worker starts a mock, and each test begins with the fixtures.
export const test = base.extend({
  app: async ({ page, world }, use) => {
    await page.goto(`/devices/?${new URLSearchParams({ api: world.url, token: world.token("alice") })}`);
    await use(page);
  },
});

export { expect } from "flashback-mock/playwright";
