import { RefusedError } from "./errors.ts";
import type { FollowedParts } from "./followed-parts.ts";
import { isLive, type Order, OrderStatus } from "./model/broker.ts";
import { ReconciledTopic } from "./reconciled-topic.ts";
import type { AccountRest } from "./rest-client.ts";
import { retrying } from "./retry.ts";

/**
 * An account's orders, each version told once. After an interruption whose updates the socket can't
 * tell any more, those that changed or ended in it are read.
 */
export class FollowedOrders {
  readonly #rest: AccountRest;
  readonly #tell: (order: Order) => void;
  readonly #topic: ReconciledTopic<Order>;
  readonly #told = new Map<string, Order>();
  /** As they were at the start: nothing of them is news. */
  #known: Map<string, Order> | null = null;

  constructor({ feeds, rest, accountId, tell, onFailed }: FollowedParts<Order>) {
    this.#rest = rest;
    this.#tell = tell;
    this.#topic = new ReconciledTopic<Order>({
      follow: (listener) => feeds.orders({ accountId }, listener),
      onData: (order) => this.#take(order),
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

  #take(order: Order): void {
    const told = this.#told.get(order.id);
    if (told !== undefined && !isNewer(order, told)) return;
    this.#told.set(order.id, order);
    this.#tell(order);
  }

  async #reconcile(isWanted: () => boolean): Promise<void> {
    const orders = await retrying(() => this.#rest.orders(), isWanted);
    if (orders === undefined) return;
    const found = new Map(orders.map((order) => [order.id, order]));
    if (this.#known === null) {
      this.#known = found;
      return;
    }
    for (const order of orders) {
      const known = this.#known.get(order.id);
      if (known === undefined || isNewer(order, known)) this.#take(order);
    }
    for (const { id, status } of [...this.#told.values()]) {
      if (!isLive(status) || found.has(id)) continue;
      const order = await retrying(() => this.#ended(id), isWanted);
      if (order !== undefined) this.#take(order);
    }
  }

  /** It may have ended too long ago to be listed, or be forgotten with a server that keeps nothing. */
  async #ended(id: string): Promise<Order | undefined> {
    try {
      return await this.#rest.order(id);
    } catch (error) {
      const told = this.#told.get(id);
      if (!(error instanceof RefusedError && error.status === 404) || !told) throw error;
      const message = { type: "error", text: "The server knows this order no more." };
      const { version: _, ...order } = told;
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
