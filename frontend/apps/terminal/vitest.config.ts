import { defineConfig } from "vitest/config";

export default defineConfig({
  // The client's sources: it is built for those who install it, not for this page.
  ssr: { resolve: { conditions: ["source", "module", "node", "import", "default"] } },
  test: {
    include: ["**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: one browser and its backends at a time.
    fileParallelism: false,
  },
});
