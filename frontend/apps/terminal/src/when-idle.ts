/** The time after which the page counts as idle where the browser does not report that. */
const IDLE_MS = 500;

/** Resolve once the page has nothing else to do. */
export async function whenIdle(): Promise<void> {
  const request = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, IDLE_MS));
  await new Promise<void>((resolve) => request(() => resolve()));
}
