import { defineConfig } from "vitest/config";

const test = { testTimeout: 30_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    // The tests mostly wait, for outages and for tokens that expire.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...test,
          name: "unit",
          include: ["tests/**/*.test.ts"],
          exclude: ["tests/backend/**"],
        },
      },
      {
        test: {
          ...test,
          name: "backend",
          include: ["tests/backend/**/*.test.ts"],
          globalSetup: "tests/support/shared-backends.ts",
        },
      },
    ],
  },
});
