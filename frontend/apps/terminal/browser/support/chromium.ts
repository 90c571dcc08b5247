import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The path of the system's browser; undefined without one. Nothing is downloaded. */
export const chromiumPath = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

export const CHROMIUM_MISSING =
  "Chromium is missing: apt-get install chromium, or set CHROMIUM to its path";

export function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(CHROMIUM_MISSING);
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
  ];
  return chromium.launch({ executablePath: chromiumPath, args });
}
