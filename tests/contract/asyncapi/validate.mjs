// Validates an AsyncAPI document with AsyncAPI's own parser: node validate.mjs asyncapi.json
// Any error or warning of its core rules fails. Its recommended rules (have a contact, a licence,
// tags, a newer version) are advice and stay off; information and hints are not printed.
import { readFile } from "node:fs/promises";
import { DiagnosticSeverity, Parser } from "@asyncapi/parser";

const path = process.argv[2];
const parser = new Parser({ ruleset: { recommended: false } });
const { document, diagnostics } = await parser.parse(await readFile(path, "utf8"));
const faults = diagnostics.filter(({ severity }) => severity <= DiagnosticSeverity.Warning);

for (const { code, message, path: keys, range, severity } of faults) {
  const kind = DiagnosticSeverity[severity].toLowerCase();
  console.error(`${path}:${range.start.line + 1}: ${kind}: ${message} [${code} at ${keys.join(".")}]`);
}
if (!document || faults.length > 0) process.exit(1);
console.log(`${path}: valid AsyncAPI ${document.version()}`);
