// Prints the compressed sizes of what a browser loads for the first candles, for the rest of the first
// screen, and on demand. Fails above the limits.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMITS_KB = { candles: 150, all: 180 };
const folder = fileURLToPath(new URL("../../../../src/trading_api/terminal/", import.meta.url));
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name, parentPath }) => ({ name, content: readFileSync(`${parentPath}/${name}`) }));
const contentOf = (name) => files.find((file) => file.name === name)?.content.toString() ?? "";

const page = contentOf("index.html");
const entry = files.find(({ name }) => name.endsWith(".js") && page.includes(`${name}"></script>`));
/** The names of the files that the entry loads with its one dynamic import of the first screen. */
const firstScreen = () => {
  const code = entry?.content.toString() ?? "";
  const names = JSON.parse(/m\.f=(\[[^\]]*\])/.exec(code)?.[1] ?? "[]");
  const places = /first-screen-parts-[\w-]+\.js`?.{0,40}?__vite__mapDeps\((\[[^\]]*\])/.exec(code);
  return JSON.parse(places?.[1] ?? "[]").map((at) => names[at].slice("./".length));
};

const sizes = { candles: 0, screen: 0, onDemand: 0 };
const screen = new Set(firstScreen());
if (screen.size === 0) throw new Error("The entry does not load the first screen as it did");
for (const { name, content } of files) {
  const kilobytes = gzipSync(content).length / 1_000;
  // The page names its entry, the modules that this imports statically, and their styles.
  if (name === "index.html" || page.includes(name)) sizes.candles += kilobytes;
  else if (screen.has(name)) sizes.screen += kilobytes;
  else sizes.onDemand += kilobytes;
}
const all = sizes.candles + sizes.screen;
process.stdout.write(
  `The terminal: ${sizes.candles.toFixed(1)} KB gzip of ${LIMITS_KB.candles} at the most for the first candles, ` +
    `${all.toFixed(1)} KB of ${LIMITS_KB.all} for the whole screen, ${sizes.onDemand.toFixed(1)} KB on demand\n`,
);
process.exit(sizes.candles > LIMITS_KB.candles || all > LIMITS_KB.all ? 1 : 0);
