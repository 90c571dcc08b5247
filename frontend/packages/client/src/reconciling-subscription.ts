import { NotConnectedError } from "./errors.ts";
import type { Listener, Subscription } from "./shared-topic.ts";

interface Reconciling<T> {
  follow(listener: Listener<T>): Subscription;
  onData(data: T): void;
  /** Reads what the socket can't tell; once `isCurrent` no longer, another has begun, or nobody. */
  reconcile(isCurrent: () => boolean): Promise<void>;
  /** Whether it is to be read at the start, too. */
  isReadFirst: boolean;
  onFailed(error: unknown): void;
}

/**
 * A topic that is followed, and reconciled with what can be read whenever the socket can't tell any
 * more what was missed.
 */
export class ReconcilingSubscription<T> {
  readonly #of: Reconciling<T>;
  readonly #subscription: Subscription;
  readonly #ready = Promise.withResolvers<void>();
  #turn: object | null = null;

  constructor(of: Reconciling<T>) {
    this.#of = of;
    this.#subscription = of.follow({
      onData: of.onData,
      onReconnected: (how) => {
        if (how === "snapshot") this.#reconcile();
      },
      onFailed: of.onFailed,
    });
    this.#ready.promise.catch(() => {});
    this.#subscription.confirmed.then(
      () => (of.isReadFirst ? this.#reconcile() : this.#ready.resolve()),
      (error) => this.#ready.reject(error),
    );
  }

  /** Resolves once nothing that happens from now on can be taken for old. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  stop(): void {
    this.#turn = null;
    this.#ready.reject(new NotConnectedError("The synchronisation of the account was stopped."));
    this.#subscription.unsubscribe();
  }

  #reconcile(): void {
    const turn = {};
    this.#turn = turn;
    const isCurrent = () => this.#turn === turn;
    this.#of
      .reconcile(isCurrent)
      .then(() => {
        if (isCurrent()) this.#ready.resolve();
      })
      .catch(this.#of.onFailed);
  }
}
