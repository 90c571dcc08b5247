// The only place where the orders, executions and positions of an account are merged: live updates
// from the socket with what REST returns. It has one key for each kind.
import { type Execution, isLive, type Order, type Position } from "./model/broker.ts";

/** Return what identifies an order. All versions of one order have the same key. */
export const orderKey = ({ id }: Pick<Order, "id">): string => id;

/** Return what identifies a position. */
export const positionKey = ({ id }: Pick<Position, "id">): string => id;

/**
 * Return what identifies an execution. The backend sends no execution id, so two partial fills can
 * have the same key. Compare executions with an `ExecutionMultiset`, which counts them.
 */
export const executionKey = ({ orderId, time, symbol, side, qty, price }: Execution): string =>
  JSON.stringify([orderId, time, symbol, side, qty, price]);

/** The number of ended orders that are remembered. The backend reports an ended order once. */
const ENDED_MAX = 1_000;

/** The newest known version of each live order, and of the orders that ended last. */
export class MergedOrders {
  readonly #orders = new Map<string, Order>();
  /** The keys of the ended orders, in the order of their ends. */
  readonly #ended = new Set<string>();

  constructor(orders: readonly Order[] = []) {
    for (const order of orders) this.#store(order);
  }

  get(id: string): Order | undefined {
    return this.#orders.get(id);
  }

  /** Return the orders that can still be filled. */
  live(): Order[] {
    return [...this.#orders.values()].filter(({ status }) => isLive(status));
  }

  /**
   * Return whether `order` is unknown or newer than the known version. Versions decide where both
   * orders have one. Otherwise any difference counts as newer.
   */
  isNews(order: Order): boolean {
    const known = this.#orders.get(orderKey(order));
    if (known === undefined) return true;
    if (order.version !== undefined && known.version !== undefined) {
      return order.version > known.version;
    }
    return JSON.stringify(order) !== JSON.stringify(known);
  }

  /** Store `order` if it is news. Return whether it was stored. */
  apply(order: Order): boolean {
    if (!this.isNews(order)) return false;
    this.#store(order);
    return true;
  }

  #store(order: Order): void {
    const key = orderKey(order);
    this.#orders.set(key, order);
    this.#ended.delete(key);
    if (!isLive(order.status)) this.#ended.add(key);
    for (const oldest of this.#ended) {
      if (this.#ended.size <= ENDED_MAX) break;
      this.#ended.delete(oldest);
      this.#orders.delete(oldest);
    }
  }
}

/** The open positions. A live update is newer than any snapshot that was requested before it. */
export class MergedPositions {
  readonly #open = new Map<string, Position>();
  /** The keys that live updates reported since the current snapshot was requested. */
  readonly #updated = new Set<string>();

  /** Discard the record of live updates, because a newer snapshot is about to be requested. */
  startSnapshot(): void {
    this.#updated.clear();
  }

  /** Store a live update. Return whether it changed anything. */
  applyLive(position: Position): boolean {
    this.#updated.add(positionKey(position));
    return this.#apply(position);
  }

  /** Store the positions of `snapshot` that no live update reported. Return those that changed. */
  addFromSnapshot(snapshot: readonly Position[]): Position[] {
    return snapshot.filter(
      (position) => !this.#updated.has(positionKey(position)) && this.#apply(position),
    );
  }

  /**
   * Close the positions that `snapshot` does not contain and no live update reported. Return each
   * of them with quantity 0.
   */
  closeMissingFrom(snapshot: readonly Position[]): Position[] {
    const keys = new Set(snapshot.map(positionKey));
    const missing = [...this.#open.values()].filter((position) => {
      const key = positionKey(position);
      return !keys.has(key) && !this.#updated.has(key);
    });
    return missing.map(closed).filter((position) => this.#apply(position));
  }

  #apply(position: Position): boolean {
    const key = positionKey(position);
    if (JSON.stringify(this.#open.get(key)) === JSON.stringify(position)) return false;
    if (position.qty === 0) this.#open.delete(key);
    else this.#open.set(key, position);
    return true;
  }
}

function closed(position: Position): Position {
  const { pl: _, takeProfit: __, stopLoss: ___, ...rest } = position;
  return { ...rest, qty: 0 };
}

/**
 * Return `history` in ascending order of time, followed by the executions of `live` that it does
 * not contain. Of equal executions the result has as many as the list that has more of them.
 */
export function mergeExecutions(
  history: readonly Execution[],
  live: readonly Execution[],
): Execution[] {
  const ascending = [...history].sort((a, b) => a.time - b.time);
  return [...ascending, ...new ExecutionMultiset(history).missingIn(live)];
}

/** Executions and how often each of them occurs. */
export class ExecutionMultiset {
  readonly #counts = new Map<string, number>();

  constructor(executions: readonly Execution[] = []) {
    for (const execution of executions) this.add(execution);
  }

  add(execution: Execution): void {
    const key = executionKey(execution);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Forget the executions that were added first, until at most `max` different ones are left. */
  keepNewest(max: number): void {
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= max) break;
      this.#counts.delete(oldest);
    }
  }

  /** Remove one occurrence of `execution`. Return whether there was one. */
  remove(execution: Execution): boolean {
    const key = executionKey(execution);
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
    return count > 0;
  }

  /** Return the members of `executions` that exceed what this multiset contains. */
  missingIn(executions: readonly Execution[]): Execution[] {
    const left = this.plus(new ExecutionMultiset());
    return executions.filter((execution) => !left.remove(execution));
  }

  plus(other: ExecutionMultiset): ExecutionMultiset {
    const sum = new ExecutionMultiset();
    for (const counts of [this.#counts, other.#counts]) {
      for (const [key, count] of counts) sum.#counts.set(key, (sum.#counts.get(key) ?? 0) + count);
    }
    return sum;
  }
}
