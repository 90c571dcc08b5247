import type { BrowserContextOptions } from "playwright-core";
import type { TestContext } from "vitest";

export type WindowName = "desktop" | "tablet" | "phone";

export const DESKTOP = { viewport: { width: 1440, height: 900 } };

export const TABLET = { viewport: { width: 820, height: 1180 }, hasTouch: true };

export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

const WINDOWS: Record<WindowName, BrowserContextOptions> = {
  desktop: DESKTOP,
  tablet: TABLET,
  phone: PHONE,
};

/**
 * The window of the pages that a test does not size itself: `WINDOW=desktop|tablet|phone` and
 * `SCHEME=dark|light` choose another one.
 */
export const windowName = oneOf<WindowName>("WINDOW", ["desktop", "tablet", "phone"]);

export const colorScheme = oneOf<"dark" | "light">("SCHEME", ["dark", "light"]);

export const WINDOW: BrowserContextOptions = { ...WINDOWS[windowName], colorScheme };

/** Skip a test in the windows that do not have what it is about, with the reason. */
export function onlyIn(context: TestContext, windows: readonly WindowName[], reason: string): void {
  context.skip(!windows.includes(windowName), reason);
}

function oneOf<T extends string>(variable: string, names: readonly [T, ...T[]]): T {
  const name = process.env[variable] ?? names[0];
  const found = names.find((each) => each === name);
  if (found === undefined)
    throw new Error(`${variable} is one of ${names.join(", ")}, not ${name}`);
  return found;
}
