import type { FollowedParts } from "./followed-parts.ts";
import type { Execution } from "./model/broker.ts";
import { ReconciledTopic } from "./reconciled-topic.ts";
import type { AccountRest } from "./rest-client.ts";
import { retrying } from "./retry.ts";

/** How many of the newest are read to find those that were missed. */
const READ_MAX = 1_000;

/**
 * An account's executions, each told once. They have no state, so after an interruption whose
 * updates the socket can't tell any more, those that were missed are read, and told before any
 * newer one. They have no id either: the same order, time, price and quantity is the same one, as
 * often as it is told.
 */
export class FollowedExecutions {
  readonly #rest: AccountRest;
  readonly #tell: (execution: Execution) => void;
  readonly #topic: ReconciledTopic<Execution>;
  /** Told, or there before we were. null until that was read. */
  #known: Counts | null = null;
  /** Read as missed: should the socket tell one of them too, it is that one. */
  #read = new Counts();
  #held: Execution[] | null = null;

  constructor({ feeds, rest, accountId, tell, onFailed }: FollowedParts<Execution>) {
    this.#rest = rest;
    this.#tell = tell;
    this.#topic = new ReconciledTopic<Execution>({
      follow: (listener) => feeds.executions({ accountId }, listener),
      onData: (execution) => (this.#held ? this.#held.push(execution) : this.#take(execution)),
      reconcile: (isWanted) => this.#reconcile(isWanted),
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

  #take(execution: Execution): void {
    if (this.#read.remove(execution)) return;
    this.#known?.add(execution);
    this.#tell(execution);
  }

  async #reconcile(isWanted: () => boolean): Promise<void> {
    this.#held ??= [];
    try {
      const read = () => this.#rest.recentExecutions(READ_MAX);
      const found = await retrying(read, isWanted);
      if (found !== undefined) this.#compare(found);
    } finally {
      if (isWanted()) {
        const held = this.#held ?? [];
        this.#held = null;
        for (const execution of held) this.#take(execution);
      }
    }
  }

  #compare(found: Execution[]): void {
    if (this.#known === null) {
      // What the socket told already is among them, or follows.
      this.#known = new Counts(found);
      for (const execution of this.#held ?? []) this.#known.remove(execution);
      return;
    }
    const explained = new Counts(this.#held ?? []).plus(this.#known);
    const missed = found.filter((execution) => !explained.remove(execution));
    this.#read = new Counts(missed);
    for (const execution of missed) {
      this.#known.add(execution);
      this.#tell(execution);
    }
  }
}

/** How often there is each execution. */
class Counts {
  readonly #counts = new Map<string, number>();

  constructor(executions: Execution[] = []) {
    for (const execution of executions) this.add(execution);
  }

  add(execution: Execution): void {
    const key = keyOf(execution);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Whether there was one. */
  remove(execution: Execution): boolean {
    const key = keyOf(execution);
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
    return count > 0;
  }

  plus(other: Counts): Counts {
    const sum = new Counts();
    for (const counts of [this.#counts, other.#counts]) {
      for (const [key, count] of counts) sum.#counts.set(key, (sum.#counts.get(key) ?? 0) + count);
    }
    return sum;
  }
}

const keyOf = ({ orderId, time, symbol, side, qty, price }: Execution): string =>
  JSON.stringify([orderId, time, symbol, side, qty, price]);
