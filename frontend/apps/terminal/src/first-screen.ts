import { type Component, lazy } from "solid-js";
import { reloadOnceAMinute, whenPageIsServed } from "./page-reload.ts";
import { reportMissingPart } from "./part.ts";
import { whenIdle } from "./when-idle.ts";

type Parts = typeof import("./first-screen-parts.ts");
type ComponentName = {
  // biome-ignore lint/suspicious/noExplicitAny: a component of any properties
  [Name in keyof Parts]: Parts[Name] extends Component<any> ? Name : never;
}[keyof Parts];

/** The parts are loaded after this time, in ms, if there are no candles: the server may be away. */
const LATEST_MS = 1_000;

let due: PromiseWithResolvers<void> | undefined;

function whenDue(): PromiseWithResolvers<void> {
  if (due === undefined) {
    due = Promise.withResolvers();
    setTimeout(due.resolve, LATEST_MS);
  }
  return due;
}

/** Let the parts of the first screen be loaded, because the first chart has its candles. */
export const onFirstCandles = (): void => whenDue().resolve();

let parts: Promise<Parts> | undefined;

/**
 * Import the parts of the first screen, after the first candles. If they cannot be loaded, the page
 * is reloaded once the server answers, and the promise stays pending.
 */
export function readFirstScreen(): Promise<Parts> {
  parts ??= importFirstScreen();
  return parts;
}

async function importFirstScreen(): Promise<Parts> {
  await whenDue().promise;
  try {
    return await import("./first-screen-parts.ts");
  } catch {
    await whenPageIsServed();
    if (!reloadOnceAMinute()) void reportMissingPart();
    return new Promise(() => {});
  }
}

/** Resolve once the parts of the first screen are loaded, and the page has nothing else to do. */
export async function whenFirstScreenIsIdle(): Promise<void> {
  await readFirstScreen();
  await whenIdle();
}

/** Return a component of the first screen, which shows nothing until it is loaded. */
export const firstScreenPart = <Name extends ComponentName>(name: Name) =>
  lazy<Parts[Name]>(async () => ({ default: (await readFirstScreen())[name] }));
