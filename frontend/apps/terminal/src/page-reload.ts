const PAUSE_MS = 250;
const PAUSE_MS_MAX = 5_000;
const MINUTE_MS = 60_000;
const RELOADED = "trading_api.reloaded";

/** Resolve once the server answers with the page. The pause between two attempts grows. */
export async function whenPageIsServed(): Promise<void> {
  for (let pause = PAUSE_MS; !(await isPageServed()); pause = Math.min(pause * 2, PAUSE_MS_MAX)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Reload the page once the server answers. */
export async function reloadWhenServed(): Promise<void> {
  await whenPageIsServed();
  location.reload();
}

/** Reload the page, unless it was reloaded so within the last minute. Return whether it is reloaded. */
export function reloadOnceAMinute(): boolean {
  try {
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (Math.abs(Date.now() - last) < MINUTE_MS) return false;
    sessionStorage.setItem(RELOADED, String(Date.now()));
  } catch {
    // Without storage nothing would end a loop of reloads.
    return false;
  }
  location.reload();
  return true;
}

async function isPageServed(): Promise<boolean> {
  try {
    return (await fetch(location.href, { method: "HEAD", cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
