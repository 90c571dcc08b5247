import { NotConnectedError } from "./errors.ts";
import type { Listener, Subscription } from "./listener.ts";

interface ReconcilingOptions<T> {
  subscribe(listener: Listener<T>): Subscription;
  onData(data: T): void;
  /**
   * Read over REST what the socket did not send. `isCurrent` returns false once a newer
   * reconciliation has started or the subscription was stopped.
   */
  reconcile(isCurrent: () => boolean): Promise<void>;
  /** Whether to reconcile after the first confirmation too. */
  reconcilesAtStart: boolean;
  onFailed(error: unknown): void;
}

const STOPPED = "The subscription of the account was stopped.";

/** A subscription that reconciles with REST whenever a reconnection replayed no updates. */
export class ReconcilingSubscription<T> {
  readonly #options: ReconcilingOptions<T>;
  readonly #subscription: Subscription;
  readonly #ready = Promise.withResolvers<void>();
  /** Identifies the newest reconciliation; null once the subscription was stopped. */
  #currentRun: object | null = null;
  #reconciliation: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: ReconcilingOptions<T>) {
    this.#options = options;
    this.#subscription = options.subscribe({
      onData: options.onData,
      onReconnected: (how) => {
        if (how === "snapshot") this.#reconcile();
      },
      onFailed: options.onFailed,
    });
    this.#ready.promise.catch(() => {});
    this.#subscription.confirmed.then(
      () => (options.reconcilesAtStart ? this.#reconcile() : this.#ready.resolve()),
      (error) => this.#ready.reject(error),
    );
  }

  /** Resolves once everything that happens from then on is reported as new. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Resolve once what the socket did not send has been read. Rejects after `stop`. */
  async settled(): Promise<void> {
    let running: Promise<void>;
    do {
      await this.ready;
      running = this.#reconciliation;
      await running;
      if (this.#isStopped) throw new NotConnectedError(STOPPED);
    } while (running !== this.#reconciliation);
  }

  stop(): void {
    this.#isStopped = true;
    this.#currentRun = null;
    this.#ready.reject(new NotConnectedError(STOPPED));
    this.#subscription.unsubscribe();
  }

  #reconcile(): void {
    const run = {};
    this.#currentRun = run;
    const isCurrent = () => this.#currentRun === run;
    this.#reconciliation = this.#options
      .reconcile(isCurrent)
      .then(() => {
        if (isCurrent()) this.#ready.resolve();
      })
      .catch(this.#options.onFailed);
  }
}
