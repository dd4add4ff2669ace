import { defineConfig } from "@playwright/test";

export default defineConfig({
  fullyParallel: true,
  use: {
    baseURL: process.env.APP_URL ?? "http://127.0.0.1:8000",
    launchOptions: { executablePath: process.env.CHROMIUM }, // an installed browser instead of Playwright's own
  },
  webServer: process.env.APP_URL ? [] : [
    { command: "mockserver mock --port 4010", url: "http://127.0.0.1:4010/__mock__/health", reuseExistingServer: true },
    { command: "python3 -m http.server 8000 --directory ..", url: "http://127.0.0.1:8000/devices/", reuseExistingServer: true },
  ],
});
