// Prints the compressed sizes of what a browser loads for the first candles, for the rest of the first
// screen of an account without positions and orders, and later. Fails if the first load is above its limit.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 150;
const folder = fileURLToPath(new URL("../../../../src/trading_api/terminal/", import.meta.url));
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name, parentPath }) => ({ name, content: readFileSync(`${parentPath}/${name}`) }));

const page = files.find(({ name }) => name === "index.html")?.content.toString() ?? "";
const start = files.find(({ name }) => /^start-[\w-]+\.js$/.test(name))?.content.toString() ?? "";
const sizes = { start: 0, firstScreen: 0, later: 0 };
for (const { name, content } of files) {
  // The server compresses what it sends once, at this level.
  const kilobytes = gzipSync(content, { level: 9 }).length / 1_000;
  if (name === "index.html" || page.includes(name)) sizes.start += kilobytes;
  else if (/^first-screen-/.test(name) && start.includes(name)) sizes.firstScreen += kilobytes;
  else sizes.later += kilobytes;
}
if (sizes.firstScreen === 0) throw new Error("The start does not load the first screen as it did");
const firstLoad = sizes.start + sizes.firstScreen;
process.stdout.write(
  `The terminal: ${sizes.start.toFixed(1)} KB gzip until the first candles, ` +
    `${firstLoad.toFixed(1)} KB of ${LIMIT_KB} at the most with the whole first screen, ` +
    `${sizes.later.toFixed(1)} KB later\n`,
);
process.exit(firstLoad > LIMIT_KB ? 1 : 0);
