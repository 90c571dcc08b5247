import { MergedOrders } from "./account-merge.ts";
import { ApiError } from "./errors.ts";
import { type Order, OrderStatus } from "./model/broker.ts";
import { ReconcilingSubscription } from "./reconciling-subscription.ts";
import type { AccountRest } from "./rest-client.ts";
import { retry } from "./retry.ts";
import type { SyncOptions } from "./sync-options.ts";

/** Orders that ended this long before the start are read too: a venue has a clock of its own. */
const MARGIN_MS = 60_000;

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
  /** Orders that ended before this time, in ms UTC, ended before the start. Null at the start. */
  #endedSince: number | null = null;
  readonly #now: () => Promise<number>;

  constructor({ feeds, rest, accountId, now, onUpdate, onFailed }: SyncOptions<Order>) {
    this.#rest = rest;
    this.#now = now;
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
    const orders = await retry(() => this.#readOrders(), isCurrent);
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

  /** Read the live orders and those that ended since the start: an account may have thousands. */
  async #readOrders(): Promise<Order[]> {
    this.#endedSince ??= Math.max(0, (await this.#now()) - MARGIN_MS);
    return this.#rest.orders(this.#endedSince);
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
