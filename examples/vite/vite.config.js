import { defineConfig } from "vite";

// The app asks its own origin under /api; the mock answers. MOCK_WORLD puts this dev server into a world of its own.
export default defineConfig({
  server: {
    proxy: {
      "/api": {
        target: process.env.MOCK_URL ?? "http://127.0.0.1:4010",
        changeOrigin: true,
        rewrite: (path) => path.replace(/^\/api/, ""),
        headers: { "Mock-World": process.env.MOCK_WORLD ?? "main" },
      },
    },
  },
});
