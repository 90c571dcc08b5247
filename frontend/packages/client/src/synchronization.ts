import { NotConnectedError } from "./errors.ts";

/** A promise of a state that comes and goes, for those who wait for it. */
export class Synchronization {
  readonly #isReached: () => boolean;
  #waiting: PromiseWithResolvers<void> | null = null;

  constructor(isReached: () => boolean) {
    this.#isReached = isReached;
  }

  /** Resolve once the state is reached. */
  wait(): Promise<void> {
    if (this.#isReached()) return Promise.resolve();
    this.#waiting ??= Promise.withResolvers<void>();
    return this.#waiting.promise;
  }

  /** Resolve the promise if the state is reached now. */
  check(): void {
    if (this.#waiting === null || !this.#isReached()) return;
    this.#waiting.resolve();
    this.#waiting = null;
  }

  /** Reject the promise, because the state will not be reached any more. */
  end(reason: string): void {
    this.#waiting?.reject(new NotConnectedError(reason));
    this.#waiting = null;
  }
}
