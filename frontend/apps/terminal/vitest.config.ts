import { defineConfig } from "vitest/config";

export default defineConfig({
  // The tests use the sources of the client. Its build is for packages that install it.
  // Solid's build for browsers is the one that reacts to changes.
  ssr: {
    resolve: {
      conditions: ["trading-api-source", "browser", "module", "node", "import", "default"],
    },
  },
  test: {
    server: { deps: { inline: ["solid-js"] } },
    include: ["**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A poll waits for a state of the page; only a test that fails waits this long.
    expect: { poll: { timeout: 10_000 } },
    // Run one browser and its backends at a time, for two cores.
    fileParallelism: false,
  },
});
