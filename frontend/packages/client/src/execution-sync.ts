import { ExecutionMultiset } from "./account-merge.ts";
import type { Execution } from "./model/broker.ts";
import { ReconcilingSubscription } from "./reconciling-subscription.ts";
import type { AccountRest } from "./rest-client.ts";
import { retry } from "./retry.ts";
import type { SyncOptions } from "./sync-options.ts";

/** The number of newest executions that are read to find the missed ones. */
const READ_MAX = 1_000;

/**
 * Reports each of an account's executions once. Their topic has no state to send again, so after a
 * reconnection that replayed no updates it reads the missed executions over REST. It reports them
 * before any newer one.
 */
export class ExecutionSync {
  readonly #rest: AccountRest;
  readonly #onUpdate: (execution: Execution) => void;
  readonly #subscription: ReconcilingSubscription<Execution>;
  /** The reported executions and those from before the start; null until the latter were read. */
  #known: ExecutionMultiset | null = null;
  /** The executions that REST returned before the socket did. The socket may still send them. */
  #readFirst = new ExecutionMultiset();
  /** The live executions that wait for a reconciliation; null while none is running. */
  #buffered: Execution[] | null = null;

  constructor({ feeds, rest, accountId, onUpdate, onFailed }: SyncOptions<Execution>) {
    this.#rest = rest;
    this.#onUpdate = onUpdate;
    this.#subscription = new ReconcilingSubscription<Execution>({
      subscribe: (listener) => feeds.executions({ accountId }, listener),
      onData: (execution) =>
        this.#buffered ? this.#buffered.push(execution) : this.#apply(execution),
      reconcile: (isCurrent) => this.#reconcile(isCurrent),
      reconcilesAtStart: true,
      onFailed,
    });
  }

  get ready(): Promise<void> {
    return this.#subscription.ready;
  }

  /** Resolve once what the socket did not send has been read. Rejects after `stop`. */
  settled(): Promise<void> {
    return this.#subscription.settled();
  }

  stop(): void {
    this.#subscription.stop();
  }

  #apply(execution: Execution): void {
    if (this.#readFirst.remove(execution)) return;
    this.#known?.add(execution);
    // A snapshot has at most READ_MAX executions, so older ones are not compared any more.
    this.#known?.keepNewest(2 * READ_MAX);
    this.#onUpdate(execution);
  }

  async #reconcile(isCurrent: () => boolean): Promise<void> {
    this.#buffered ??= [];
    try {
      const snapshot = await retry(() => this.#rest.recentExecutions(READ_MAX), isCurrent);
      if (snapshot !== undefined) this.#applySnapshot(snapshot);
    } finally {
      if (isCurrent()) {
        const buffered = this.#buffered ?? [];
        this.#buffered = null;
        for (const execution of buffered) this.#apply(execution);
      }
    }
  }

  #applySnapshot(snapshot: Execution[]): void {
    const buffered = this.#buffered ?? [];
    if (this.#known === null) {
      // The snapshot may contain executions that are buffered: #apply adds those.
      this.#known = new ExecutionMultiset(snapshot);
      for (const execution of buffered) this.#known.remove(execution);
      return;
    }
    const missed = new ExecutionMultiset(buffered).plus(this.#known).missingIn(snapshot);
    this.#readFirst = new ExecutionMultiset(missed);
    for (const execution of missed) {
      this.#known.add(execution);
      this.#onUpdate(execution);
    }
  }
}
