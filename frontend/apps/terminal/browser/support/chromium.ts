import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The headless shell has no windows of its own, and needs half of the time of the browser. */
const shell = firstOf([process.env.CHROMIUM, "/usr/bin/chromium-headless-shell"]);

/** The path of the system's browser; undefined without one. Nothing is downloaded. */
export const chromiumPath = firstOf([
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  shell,
]);

export const CHROMIUM_MISSING =
  "Chromium is missing: apt-get install chromium, or set CHROMIUM to its path";

/** Launch a browser as traders have it. */
export function launchChromium(): Promise<Browser> {
  return launch(chromiumPath, []);
}

/** Launch what costs least for pages that live for seconds, in which optimized code pays nothing. */
export function launchForShortPages(): Promise<Browser> {
  return launch(shell ?? chromiumPath, ["--js-flags=--no-opt --no-maglev"]);
}

function launch(executablePath: string | undefined, more: readonly string[]): Promise<Browser> {
  if (executablePath === undefined) throw new Error(CHROMIUM_MISSING);
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    ...more,
  ];
  return chromium.launch({ executablePath, args });
}

function firstOf(paths: readonly (string | undefined)[]): string | undefined {
  return paths.find((path) => path !== undefined && existsSync(path));
}
