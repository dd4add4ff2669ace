import { defineConfig } from "@playwright/test";

export default defineConfig({
  fullyParallel: true,
  use: {
    baseURL: process.env.APP_URL ?? "http://127.0.0.1:8000",
    launchOptions: { executablePath: process.env.CHROMIUM }, // an installed browser instead of Playwright's own
  },
  webServer: process.env.APP_URL
    ? []
    : { command: "npx vite .. --host 127.0.0.1 --port 8000 --strictPort", url: "http://127.0.0.1:8000/devices/" },
});
