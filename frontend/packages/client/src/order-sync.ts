import { MergedOrders } from "./account-merge.ts";
import { ApiError } from "./errors.ts";
import { type Order, OrderStatus } from "./model/broker.ts";
import { ReconcilingSubscription } from "./reconciling-subscription.ts";
import type { AccountRest } from "./rest-client.ts";
import { retry } from "./retry.ts";
import type { SyncOptions } from "./sync-options.ts";

/**
 * Reports each version of an account's orders once. After a reconnection that replayed no updates
 * it reads the orders over REST and reports those that changed or ended during the outage.
 */
export class OrderSync {
  readonly #rest: AccountRest;
  readonly #onUpdate: (order: Order) => void;
  readonly #subscription: ReconcilingSubscription<Order>;
  readonly #seen = new MergedOrders();
  /** The orders at the start, which are not reported; null until they were read. */
  #baseline: MergedOrders | null = null;

  constructor({ feeds, rest, accountId, onUpdate, onFailed }: SyncOptions<Order>) {
    this.#rest = rest;
    this.#onUpdate = onUpdate;
    this.#subscription = new ReconcilingSubscription<Order>({
      subscribe: (listener) => feeds.orders({ accountId }, listener),
      onData: (order) => this.#apply(order),
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

  #apply(order: Order): void {
    if (this.#seen.apply(order)) this.#onUpdate(order);
  }

  async #reconcile(isCurrent: () => boolean): Promise<void> {
    const orders = await retry(() => this.#rest.orders(), isCurrent);
    if (orders === undefined) return;
    const listed = new MergedOrders(orders);
    if (this.#baseline === null) {
      this.#baseline = listed;
      return;
    }
    for (const order of orders) {
      if (this.#baseline.isNews(order)) this.#apply(order);
    }
    for (const live of this.#seen.live()) {
      if (listed.get(live.id) !== undefined) continue;
      const order = await retry(() => this.#readEnded(live), isCurrent);
      if (order !== undefined) this.#apply(order);
    }
  }

  /**
   * Read an order that is live here and not in the list of orders. It may have ended too long ago
   * to be listed. A server that stores nothing may not know it at all: then it counts as canceled.
   */
  async #readEnded(live: Order): Promise<Order> {
    try {
      return await this.#rest.order(live.id);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
      const message = { type: "error", text: "The server does not know this order any more." };
      const { version: _, ...order } = this.#seen.get(live.id) ?? live;
      return { ...order, status: OrderStatus.Canceled, message };
    }
  }
}
