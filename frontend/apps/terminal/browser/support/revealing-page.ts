import type { Locator, Page } from "playwright-core";
import { windowName } from "./window.ts";

/** Methods that return another locator. */
const CHAINED = new Set([
  ...["locator", "getByRole", "getByLabel", "getByText", "getByTestId", "getByPlaceholder"],
  ...["filter", "first", "last", "nth", "and", "or"],
]);
/** Methods that return immediately, whatever there is to see. */
const IMMEDIATE = new Set([
  ...["count", "isVisible", "isHidden", "evaluateAll", "allInnerTexts", "allTextContents"],
]);
/** Methods without an action on the page. */
const PLAIN = new Set(["page", "toString", "elementHandle", "elementHandles", "all", "then"]);

const raw = new WeakMap<object, Pair>();

/** A locator, and the same one that also finds what its view hides from accessibility. */
interface Pair {
  shown: Locator;
  any: Locator;
}

/**
 * Return a page whose locators show the view of their element first, as a user of a phone or a
 * tablet does: each action on what is in another view presses the button of this view. A desktop
 * shows all of them.
 */
export function inWindow(page: Page): Page {
  if (windowName === "desktop") return page;
  return new Proxy(page, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (!CHAINED.has(String(name))) return value.bind(target);
      return (...args: unknown[]) => revealing(chained({ shown: target, any: target }, name, args));
    },
  });
}

function revealing(pair: Pair): Locator {
  const proxy = new Proxy(pair.shown, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (CHAINED.has(String(name))) {
        return (...args: unknown[]) => revealing(chained(pair, name, args));
      }
      if (PLAIN.has(String(name))) return value.bind(target);
      return async (...args: unknown[]) => {
        await reveal(pair, !IMMEDIATE.has(String(name)) && !waitsForAbsence(name, args));
        return value.apply(target, args);
      };
    },
  });
  raw.set(proxy, pair);
  return proxy;
}

/** Call the method of both locators. */
function chained(
  { shown, any }: { shown: Page | Locator; any: Page | Locator },
  name: string | symbol,
  args: unknown[],
): Pair {
  const call = (on: Page | Locator, which: keyof Pair): Locator => {
    const given = args.map((arg) => plain(arg, which));
    if (name === "getByRole" && which === "any") {
      given[1] = { ...(given[1] as object), includeHidden: true };
    }
    return Reflect.get(on, name, on).apply(on, given);
  };
  return { shown: call(shown, "shown"), any: call(any, "any") };
}

/** Replace the locators in an argument by plain ones. */
function plain(arg: unknown, which: keyof Pair): unknown {
  if (typeof arg !== "object" || arg === null || arg instanceof RegExp) return arg;
  const pair = raw.get(arg);
  if (pair !== undefined) return pair[which];
  if (Object.getPrototypeOf(arg) !== Object.prototype) return arg;
  return Object.fromEntries(
    Object.entries(arg).map(([name, value]) => [name, plain(value, which)]),
  );
}

const waitsForAbsence = (name: string | symbol, args: unknown[]): boolean =>
  name === "waitFor" && /hidden|detached/.test(String((args[0] as { state?: string })?.state));

/** Press what shows the view of the element, unless it is visible or does not exist. */
async function reveal({ shown, any }: Pair, waits: boolean): Promise<void> {
  if (await shown.first().isVisible()) return;
  // What appears later is in a view too. The action itself waits, and reports what is missing.
  if (waits) {
    await any
      .first()
      .waitFor({ state: "attached" })
      .catch(() => {});
  }
  if ((await any.count()) === 0) return;
  const page = shown.page();
  const view = await any.first().evaluate(hiddenView);
  if (view !== null) {
    const views = page.getByRole("navigation", { name: "Views" });
    const button = views.getByRole("button", { name: view });
    await button.or(page.getByRole("radio", { name: view, exact: true })).click();
  }
  const opener = await any.first().evaluate(closedPart);
  if (opener !== null) await page.getByRole("button", { name: opener, exact: true }).click();
}

/** Return the name of the button that opens the part of an element, or null if none is needed. */
function closedPart(element: Element): string | null {
  const part = element.closest(".drawing-bar, .more-controls");
  if (part === null || getComputedStyle(part).display !== "none") return null;
  return part.matches(".drawing-bar") ? "Draw" : "Speed and jump";
}

/** Return the name of the button that shows the view of an element, or null if none is needed. */
function hiddenView(element: Element): string | null {
  const isHidden = (part: Element) => getComputedStyle(part).display === "none";
  const part = element.closest(".watchlist, .market, .side, .charts, .panels, .center");
  if (part === null || document.querySelector("dialog[open]") !== null) return null;
  const isPhone = !isHidden(document.querySelector("nav.views") ?? document.body);
  const parents = [part, part.parentElement].filter((each) => each !== null);
  if (!parents.some(isHidden)) return null;
  if (part.matches(".watchlist")) return isPhone ? "Watch" : "Watchlist";
  if (part.matches(".market")) return isPhone ? "Trade" : "Book and trades";
  if (part.matches(".side")) return "Trade";
  return part.matches(".panels") ? "Account" : "Chart";
}
