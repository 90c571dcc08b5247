import { type Component, createSignal, lazy } from "solid-js";
import { whenPageIsServed } from "./page-reload.ts";

const [missingParts, setMissingParts] = createSignal(0);

/** The number of parts that could not be loaded, and that a reload of the page would load. */
export { missingParts };

/** Count a part that could not be loaded, once the server answers. */
export async function reportMissingPart(): Promise<void> {
  await whenPageIsServed();
  setMissingParts((count) => count + 1);
}

/**
 * Import a part of the page. Resolve to null if it cannot be loaded, and report that. A further
 * attempt is of no use: a browser remembers that a module failed for as long as the page lasts.
 */
export async function loadPart<T>(load: () => Promise<T>): Promise<T | null> {
  try {
    return await load();
  } catch {
    void reportMissingPart();
    return null;
  }
}

/**
 * Return a component that is loaded when it is first shown. If it cannot be loaded, that is
 * reported, and `Missing` is shown in its place.
 */
// biome-ignore lint/suspicious/noExplicitAny: a component of any properties
export function part<T extends Component<any>>(
  load: () => Promise<{ default: T }>,
  Missing: Component = () => null,
) {
  return lazy<T>(async () => (await loadPart(load)) ?? { default: Missing as unknown as T });
}
