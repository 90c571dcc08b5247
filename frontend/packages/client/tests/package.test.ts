// The package as npm packs it, installed into an empty project.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const own = fileURLToPath(new URL("../", import.meta.url));
const tsc = fileURLToPath(new URL("../../../node_modules/.bin/tsc", import.meta.url));
/** The most that the tarball takes. It holds the modules and their types, not minified. */
const TARBALL_BYTES_MAX = 110_000;

let project: string;
let packed: { filename: string; size: number; files: { path: string }[] };

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "empty-project-"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", project], {
    cwd: own,
  });
  [packed] = JSON.parse(stdout.slice(stdout.indexOf("[")));
  await writeFile(join(project, "package.json"), '{"private": true, "type": "module"}');
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--silent"];
  await run("npm", ["install", ...options, `./${packed.filename}`], { cwd: project });
});

afterAll(() => rm(project, { recursive: true, force: true }));

test("the tarball has the built modules, their types and the README, and is small", () => {
  const paths = packed.files.map(({ path }) => path);
  const others = paths.filter((path) => !/^dist\/.*\.(js|d\.ts)$/.test(path));
  expect(others.sort()).toEqual(["README.md", "package.json"]);
  expect(paths).toContain("dist/index.js");
  expect(paths).toContain("dist/index.d.ts");
  expect(packed.size).toBeLessThan(TARBALL_BYTES_MAX);
});

test("the installed package runs in Node", async () => {
  const script = `
    import { ApiError, Side, TradingClient } from "@trading-api/client";
    const client = new TradingClient({ baseUrl: "http://127.0.0.1:1" });
    const failed = await client.rest.market.time().catch((error) => error);
    client.close();
    const compact = new TradingClient({ baseUrl: "http://127.0.0.1:1", encoding: "msgpack" });
    compact.feeds.trades({ symbol: "AAPL" }, () => {});
    const { reason } = await new Promise((resolve) => {
      compact.socket.onState((state) => state.phase === "waiting" && resolve(state));
    });
    compact.close();
    console.log(reason, Side.Buy, client.socket.state.phase, failed instanceof ApiError);`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: project,
  });
  expect(stdout).toBe("1006 1 closed false\n");
});

test.each([
  ["NodeNext", "NodeNext"],
  ["ESNext", "Bundler"],
])("its types are those of the sources, with the modules of %s", async (module, resolution) => {
  const source = `
    import { type Order, TradingClient } from "@trading-api/client";
    const client = new TradingClient({ baseUrl: "http://127.0.0.1:1" });
    const first: Promise<Order | undefined> = client.rest.account().orders().then(([one]) => one);
    // @ts-expect-error: an order has no such field.
    first.then((order) => order?.nonsense);`;
  await writeFile(join(project, "use.ts"), source);
  const options = [
    "--strict",
    "--noEmit",
    "--target",
    "ES2024",
    "--lib",
    "ES2024,DOM,DOM.Iterable",
  ];
  const modules = ["--module", module, "--moduleResolution", resolution];
  await run(tsc, [...options, ...modules, "use.ts"], { cwd: project });
});
