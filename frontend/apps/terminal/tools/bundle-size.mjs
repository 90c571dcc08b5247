// Prints the compressed size of what a browser loads, and fails above the limit.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 150;
const folder = fileURLToPath(new URL("../../../../src/trading_api/terminal/", import.meta.url));
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
  entry.isFile(),
);
const sizes = files.map(({ parentPath, name }) => gzipSync(readFileSync(`${parentPath}/${name}`)));
const kilobytes = sizes.reduce((sum, { length }) => sum + length, 0) / 1_000;
process.stdout.write(`The terminal: ${kilobytes.toFixed(1)} KB gzip of ${LIMIT_KB} at the most\n`);
process.exit(kilobytes > LIMIT_KB ? 1 : 0);
