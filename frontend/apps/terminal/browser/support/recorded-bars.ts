import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const python = fileURLToPath(new URL("../../../../../.venv/bin/python", import.meta.url));
const FIND =
  "import importlib.resources as r; print(r.files('mintalib')/'samples'/'minute-prices.csv')";

/** Return the path and the price range of real minute bars, from a development requirement. */
export async function recordedBarsOfApple(): Promise<{ path: string; low: number; high: number }> {
  const path = execFileSync(python, ["-c", FIND], { encoding: "utf8" }).trim();
  const [header = "", ...rows] = readFileSync(path, "utf8").trim().split("\n");
  const columns = header.split(",");
  const all = (name: string) => rows.map((row) => Number(row.split(",")[columns.indexOf(name)]));
  return { path, low: Math.min(...all("low")), high: Math.max(...all("high")) };
}
