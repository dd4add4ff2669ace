import { defineConfig } from "@playwright/test";

const port = process.env.PORT ?? "8000";

export default defineConfig({
  workers: 3,
  fullyParallel: true,
  testDir: "tests",
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    launchOptions: process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : {},
  },
  webServer: { command: `npx vite --host 127.0.0.1 --port ${port} --strictPort`, url: `http://127.0.0.1:${port}` },
});
