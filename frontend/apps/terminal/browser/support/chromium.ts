import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The system's own: nothing is downloaded. */
export const executable = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

export const MISSING = "There is no Chromium here: apt-get install chromium, or CHROMIUM=its path";

export function launched(): Promise<Browser> {
  if (executable === undefined) throw new Error(MISSING);
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
  ];
  return chromium.launch({ executablePath: executable, args });
}
