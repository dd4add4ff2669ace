import { defineConfig } from "vite";

// The app calls /api on its own origin, and Vite passes the calls on to the mock. MOCK_WORLD selects the world.
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
