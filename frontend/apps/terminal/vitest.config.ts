import { defineConfig } from "vitest/config";

export default defineConfig({
  // The tests use the sources of the client. Its build is for packages that install it.
  ssr: { resolve: { conditions: ["source", "module", "node", "import", "default"] } },
  test: {
    include: ["**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Run one browser and its backends at a time, for two cores.
    fileParallelism: false,
  },
});
