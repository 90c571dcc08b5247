import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { DESKTOP } from "../browser/support/window.ts";

/** The time in ms in which Chromium loads some 300 files of its own interface for a new window. */
const OWN_FILES_MS = 3_000;

/** Return a page without a cache, once the browser has loaded its own interface in the window. */
export async function pageAtRest(
  browser: Browser,
  options: BrowserContextOptions = DESKTOP,
): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  await page.waitForTimeout(OWN_FILES_MS);
  return page;
}
