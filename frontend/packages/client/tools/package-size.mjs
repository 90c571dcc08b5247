// Prints the compressed size of what the client adds to a page, and fails above the limit.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const LIMIT_KB = 25;
const folder = fileURLToPath(new URL("../", import.meta.url));
const [{ output }] = await build({
  root: folder,
  configFile: false,
  logLevel: "error",
  build: {
    write: false,
    target: "es2022",
    lib: { entry: "src/index.ts", formats: ["es"] },
    rolldownOptions: { output: { minify: true } },
  },
});
const chunks = output.filter(({ type }) => type === "chunk");
const size = (chunk) => gzipSync(chunk.code).length / 1_000;
const first = chunks.filter(({ isEntry }) => isEntry).reduce((sum, each) => sum + size(each), 0);
const later = chunks.filter(({ isEntry }) => !isEntry).reduce((sum, each) => sum + size(each), 0);
process.stdout.write(
  `The client: ${first.toFixed(1)} KB gzip of ${LIMIT_KB} at the most, ` +
    `and ${later.toFixed(1)} KB that are loaded when they are needed\n`,
);
process.exit(first > LIMIT_KB ? 1 : 0);
