import type { Page } from "playwright-core";

/** The time in ms in which Chromium loads some 300 files of its own interface for a new window. */
const OWN_FILES_MS = 3_000;

/** Wait until the browser has loaded its own interface in the window of a new page. */
export async function untilAtRest(page: Page): Promise<void> {
  await page.waitForTimeout(OWN_FILES_MS);
}
