import { defineConfig } from "cypress";

export default defineConfig({
  e2e: { baseUrl: "http://127.0.0.1:8000", specPattern: "*.cy.js", supportFile: false },
  env: { MOCK_URL: "http://127.0.0.1:4010" },
});
