/** The longest delay that setTimeout supports. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** Timers that are identified by a name. Starting one replaces the pending one of that name. */
export class Timers<Name extends string> {
  readonly #pending = new Map<Name, ReturnType<typeof setTimeout>>();

  start(name: Name, delayMs: number, onTimeout: () => void): void {
    this.stop(name);
    const run = () => {
      this.#pending.delete(name);
      onTimeout();
    };
    this.#pending.set(name, setTimeout(run, Math.min(Math.max(0, delayMs), DELAY_MS_MAX)));
  }

  stop(name: Name): void {
    clearTimeout(this.#pending.get(name));
    this.#pending.delete(name);
  }

  stopAll(): void {
    for (const name of [...this.#pending.keys()]) this.stop(name);
  }
}
