/** Only a failing test waits this long. */
const TIMEOUT_MS = 20_000;

/** Wait until `condition` holds. Throws after a timeout. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`The condition never held: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
