import { defineConfig } from "vite";
import solid from "vite-plugin-solid";
import { loadingGroup } from "./tools/loading-groups.ts";
import { usedKlinecharts } from "./tools/used-klinecharts.ts";

const backend = process.env.BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [solid(), usedKlinecharts()],
  // Relative, because a proxy may serve the page at a sub-path.
  base: "./",
  resolve: { conditions: ["trading-api-source", "browser", "module", "import", "default"] },
  build: {
    outDir: "../../../src/trading_api/terminal",
    emptyOutDir: true,
    target: "es2022",
    // Inlined assets would need a weaker Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // `make dev` should not print the timings of the bundler.
    rolldownOptions: {
      checks: { bundlerTimings: false },
      output: {
        codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: loadingGroup }] },
      },
    },
  },
  // `npx vite` serves the page with hot reload, and forwards the API to the backend.
  server: { proxy: { "/api": { target: backend, ws: true } } },
});
