const INTERVAL_MS = 250;

/**
 * Sends a request for the newest value, one at a time and at most four a second. Values that were
 * replaced before their turn are never sent. An error is no answer.
 */
export class LatestRequest<T, R> {
  readonly #send: (value: T) => Promise<R>;
  readonly #show: (answer: R | null) => void;
  #wanted: T | null = null;
  /** Counts the cancellations, after which an earlier answer is not shown. */
  #turn = 0;
  #isRunning = false;

  /** `show` gets each answer, and null where there is none. */
  constructor(send: (value: T) => Promise<R>, show: (answer: R | null) => void) {
    this.#send = send;
    this.#show = show;
  }

  request(value: T): void {
    this.#wanted = value;
    if (!this.#isRunning) void this.#run();
  }

  cancel(): void {
    this.#wanted = null;
    this.#turn += 1;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#wanted !== null) {
      const [value, turn] = [this.#wanted, this.#turn];
      this.#wanted = null;
      const pause = new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
      const answer = await this.#send(value).catch(() => null);
      if (turn === this.#turn) this.#show(answer);
      await pause;
    }
    this.#isRunning = false;
  }
}
