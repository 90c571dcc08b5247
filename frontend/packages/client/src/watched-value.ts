import type { WatchedValue } from "./tradingview/broker.ts";

/** A watched value for hosts that have no implementation of their own. */
export class SimpleWatchedValue<T> implements WatchedValue<T> {
  #value: T;
  readonly #listeners = new Map<(value: T) => void, (value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  value(): T {
    return this.#value;
  }

  setValue(value: T): void {
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of [...this.#listeners.values()]) listener(value);
  }

  /**
   * Call `listener` with every change, or with the next one alone, until it is unsubscribed or the
   * returned function is called.
   */
  subscribe(listener: (value: T) => void, { once = false } = {}): () => void {
    const stop = () => void this.#listeners.delete(listener);
    this.#listeners.set(listener, (value) => {
      if (once) stop();
      listener(value);
    });
    return stop;
  }

  unsubscribe(listener?: ((value: T) => void) | null): void {
    if (listener) this.#listeners.delete(listener);
    else this.#listeners.clear();
  }

  when(listener: (value: T) => void): void {
    if (this.#value) {
      listener(this.#value);
      return;
    }
    this.subscribe((value) => listener(value), { once: true });
  }
}
