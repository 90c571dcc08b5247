// Prints the compressed size of what a browser loads first and on demand. Fails above the limit.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 150;
const folder = fileURLToPath(new URL("../../../../src/trading_api/terminal/", import.meta.url));
const page = readFileSync(`${folder}/index.html`, "utf8");
let [first, onDemand] = [0, 0];
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const kilobytes = gzipSync(readFileSync(`${entry.parentPath}/${entry.name}`)).length / 1_000;
  // The page names its entry, the modules that this imports statically, and their styles.
  if (entry.name === "index.html" || page.includes(entry.name)) first += kilobytes;
  else onDemand += kilobytes;
}
process.stdout.write(
  `The terminal: ${first.toFixed(1)} KB gzip of ${LIMIT_KB} at the most, and ` +
    `${onDemand.toFixed(1)} KB on demand\n`,
);
process.exit(first > LIMIT_KB ? 1 : 0);
