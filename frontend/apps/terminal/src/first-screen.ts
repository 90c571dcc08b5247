import { type Component, lazy } from "solid-js";
import { importUntilLoaded } from "./import-until-loaded.ts";

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

/** Import the parts of the first screen, after the first candles. */
export async function readFirstScreen(): Promise<Parts> {
  await whenDue().promise;
  return importUntilLoaded(() => import("./first-screen-parts.ts"));
}

/** Return a component of the first screen, which shows nothing until it is loaded. */
export const firstScreenPart = <Name extends ComponentName>(name: Name) =>
  lazy<Parts[Name]>(async () => ({ default: (await readFirstScreen())[name] }));
