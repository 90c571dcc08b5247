import type { Execution } from "./model/broker.ts";
import { ReconcilingSubscription } from "./reconciling-subscription.ts";
import type { AccountRest } from "./rest-client.ts";
import { retry } from "./retry.ts";
import type { SyncOptions } from "./sync-options.ts";

/** How many of the newest are read to find those that were missed. */
const READ_MAX = 1_000;

/**
 * An account's executions, each told once. They have no state, so after an interruption whose
 * updates the socket can't onUpdate any more, those that were missed are read, and told before any
 * newer one. They have no id either: the same order, time, price and quantity is the same one, as
 * often as it is told.
 */
export class ExecutionSync {
  readonly #rest: AccountRest;
  readonly #onUpdate: (execution: Execution) => void;
  readonly #topic: ReconcilingSubscription<Execution>;
  /** Told, or there before we were. null until that was read. */
  #known: ExecutionMultiset | null = null;
  /** Read as missed: should the socket onUpdate one of them too, it is that one. */
  #readFirst = new ExecutionMultiset();
  #buffered: Execution[] | null = null;

  constructor({ feeds, rest, accountId, onUpdate, onFailed }: SyncOptions<Execution>) {
    this.#rest = rest;
    this.#onUpdate = onUpdate;
    this.#topic = new ReconcilingSubscription<Execution>({
      follow: (listener) => feeds.executions({ accountId }, listener),
      onData: (execution) =>
        this.#buffered ? this.#buffered.push(execution) : this.#apply(execution),
      reconcile: (isCurrent) => this.#reconcile(isCurrent),
      isReadFirst: true,
      onFailed,
    });
  }

  get ready(): Promise<void> {
    return this.#topic.ready;
  }

  stop(): void {
    this.#topic.stop();
  }

  #apply(execution: Execution): void {
    if (this.#readFirst.remove(execution)) return;
    this.#known?.add(execution);
    this.#onUpdate(execution);
  }

  async #reconcile(isCurrent: () => boolean): Promise<void> {
    this.#buffered ??= [];
    try {
      const read = () => this.#rest.recentExecutions(READ_MAX);
      const found = await retry(read, isCurrent);
      if (found !== undefined) this.#applySnapshot(found);
    } finally {
      if (isCurrent()) {
        const buffered = this.#buffered ?? [];
        this.#buffered = null;
        for (const execution of buffered) this.#apply(execution);
      }
    }
  }

  #applySnapshot(found: Execution[]): void {
    if (this.#known === null) {
      // What the socket told already is among them, or follows.
      this.#known = new ExecutionMultiset(found);
      for (const execution of this.#buffered ?? []) this.#known.remove(execution);
      return;
    }
    const explained = new ExecutionMultiset(this.#buffered ?? []).plus(this.#known);
    const missed = found.filter((execution) => !explained.remove(execution));
    this.#readFirst = new ExecutionMultiset(missed);
    for (const execution of missed) {
      this.#known.add(execution);
      this.#onUpdate(execution);
    }
  }
}

/** How often there is each execution. */
class ExecutionMultiset {
  readonly #counts = new Map<string, number>();

  constructor(executions: Execution[] = []) {
    for (const execution of executions) this.add(execution);
  }

  add(execution: Execution): void {
    const key = executionKey(execution);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Whether there was one. */
  remove(execution: Execution): boolean {
    const key = executionKey(execution);
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
    return count > 0;
  }

  plus(other: ExecutionMultiset): ExecutionMultiset {
    const sum = new ExecutionMultiset();
    for (const counts of [this.#counts, other.#counts]) {
      for (const [key, count] of counts) sum.#counts.set(key, (sum.#counts.get(key) ?? 0) + count);
    }
    return sum;
  }
}

const executionKey = ({ orderId, time, symbol, side, qty, price }: Execution): string =>
  JSON.stringify([orderId, time, symbol, side, qty, price]);
