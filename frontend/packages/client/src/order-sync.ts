import { ApiError } from "./errors.ts";
import { isLive, type Order, OrderStatus } from "./model/broker.ts";
import { ReconcilingSubscription } from "./reconciling-subscription.ts";
import type { AccountRest } from "./rest-client.ts";
import { retry } from "./retry.ts";
import type { SyncOptions } from "./sync-options.ts";

/**
 * An account's orders, each version told once. After an interruption whose updates the socket can't
 * onUpdate any more, those that changed or ended in it are read.
 */
export class OrderSync {
  readonly #rest: AccountRest;
  readonly #onUpdate: (order: Order) => void;
  readonly #topic: ReconcilingSubscription<Order>;
  readonly #seen = new Map<string, Order>();
  /** As they were at the start: nothing of them is news. */
  #baseline: Map<string, Order> | null = null;

  constructor({ feeds, rest, accountId, onUpdate, onFailed }: SyncOptions<Order>) {
    this.#rest = rest;
    this.#onUpdate = onUpdate;
    this.#topic = new ReconcilingSubscription<Order>({
      follow: (listener) => feeds.orders({ accountId }, listener),
      onData: (order) => this.#apply(order),
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

  #apply(order: Order): void {
    const seen = this.#seen.get(order.id);
    if (seen !== undefined && !isNewer(order, seen)) return;
    this.#seen.set(order.id, order);
    this.#onUpdate(order);
  }

  async #reconcile(isCurrent: () => boolean): Promise<void> {
    const orders = await retry(() => this.#rest.orders(), isCurrent);
    if (orders === undefined) return;
    const listed = new Map(orders.map((order) => [order.id, order]));
    if (this.#baseline === null) {
      this.#baseline = listed;
      return;
    }
    for (const order of orders) {
      const baseline = this.#baseline.get(order.id);
      if (baseline === undefined || isNewer(order, baseline)) this.#apply(order);
    }
    for (const { id, status } of [...this.#seen.values()]) {
      if (!isLive(status) || listed.has(id)) continue;
      const order = await retry(() => this.#readEnded(id), isCurrent);
      if (order !== undefined) this.#apply(order);
    }
  }

  /** It may have ended too long ago to be listed, or be forgotten with a server that keeps nothing. */
  async #readEnded(id: string): Promise<Order | undefined> {
    try {
      return await this.#rest.order(id);
    } catch (error) {
      const seen = this.#seen.get(id);
      if (!(error instanceof ApiError && error.status === 404) || !seen) throw error;
      const message = { type: "error", text: "The server knows this order no more." };
      const { version: _, ...order } = seen;
      return { ...order, status: OrderStatus.Canceled, message };
    }
  }
}

/** By its version where both have one. */
function isNewer(order: Order, than: Order): boolean {
  if (order.version !== undefined && than.version !== undefined) {
    return order.version > than.version;
  }
  return JSON.stringify(order) !== JSON.stringify(than);
}
