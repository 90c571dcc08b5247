import type { WatchedValue } from "./tradingview/broker.ts";

/** A watched value for hosts that have no implementation of their own. */
export class SimpleWatchedValue<T> implements WatchedValue<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  value(): T {
    return this.#value;
  }

  setValue(value: T): void {
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  /** Call `listener` with every change, until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
