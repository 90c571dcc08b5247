import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

const backend = process.env.BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [solid()],
  resolve: { conditions: ["source", "browser", "module", "import", "default"] },
  build: {
    outDir: "../../../src/trading_api/terminal",
    emptyOutDir: true,
    target: "es2022",
    // What is inlined would need a weaker Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // How long its parts took is nothing that `make dev` should say.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  // `npm run dev`: the page from here, with hot reload, and everything else from the backend.
  server: { proxy: { "/api": { target: backend, ws: true } } },
});
