import { defineConfig } from "vitest/config";

export default defineConfig({ test: { globalSetup: "flashback-mock/vitest", include: ["**/*.test.js"] } });
