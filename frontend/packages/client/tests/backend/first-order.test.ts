// examples/first-order.ts against a real backend.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";

test("the README contains the example, which buys and prints what it promises", async () => {
  const folder = fileURLToPath(new URL("../../", import.meta.url));
  const name = "examples/first-order.ts";
  const [readme, source] = ["README.md", name].map((each) => readFileSync(folder + each, "utf8"));
  expect(readme).toContain(`\`\`\`ts\n${source}\`\`\``);
  const env = { ...process.env, BACKEND: inject("standing").address };
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--conditions=trading-api-source", name], {
    cwd: folder,
    env,
  });
  expect(stdout).toMatch(/^BTCUSD [\d.]+ [\d.]+$/m);
  expect(stdout).toMatch(/^order-\d+: 0.001 at [\d.]+\n$/m);
});
