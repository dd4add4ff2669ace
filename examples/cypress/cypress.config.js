import { defineConfig } from "cypress";
import { mockPlugin } from "flashback-mock/cypress";

export default defineConfig({
  e2e: {
    baseUrl: "http://127.0.0.1:8000",
    specPattern: "*.cy.js",
    supportFile: false,
    setupNodeEvents: (on, config) => mockPlugin(on, config),
  },
});
