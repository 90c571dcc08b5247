import { callListener } from "./listener.ts";

/** Functions that are called with every value. One that throws does not stop the others. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  /** Add a listener, and return a function that removes it. */
  add(listener: (value: T) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  call(value: T): void {
    for (const listener of [...this.#all]) callListener(() => listener(value));
  }
}
