import type { Position } from "./model/broker.ts";
import { ReconcilingSubscription } from "./reconciling-subscription.ts";
import type { AccountRest } from "./rest-client.ts";
import { retry } from "./retry.ts";
import type { SyncOptions } from "./sync-options.ts";

/**
 * An account's positions, each change told once. After an interruption whose updates the socket
 * can't onUpdate any more, those that were closed in it are listed.
 */
export class PositionSync {
  readonly #rest: AccountRest;
  readonly #onUpdate: (position: Position) => void;
  readonly #topic: ReconcilingSubscription<Position>;
  readonly #open = new Map<string, Position>();
  /** Those told by the socket since the interruption: no answer of REST is newer. */
  #updated = new Set<string>();

  constructor({ feeds, rest, accountId, onUpdate, onFailed }: SyncOptions<Position>) {
    this.#rest = rest;
    this.#onUpdate = onUpdate;
    this.#topic = new ReconcilingSubscription<Position>({
      follow: (listener) => feeds.positions({ accountId }, listener),
      onData: (position) => {
        this.#updated.add(position.id);
        this.#apply(position);
      },
      reconcile: (isCurrent) => this.#reconcile(isCurrent),
      isReadFirst: false,
      onFailed,
    });
  }

  get ready(): Promise<void> {
    return this.#topic.ready;
  }

  stop(): void {
    this.#topic.stop();
  }

  #apply(position: Position): void {
    const known = this.#open.get(position.id);
    if (JSON.stringify(known) === JSON.stringify(position)) return;
    if (position.qty === 0) this.#open.delete(position.id);
    else this.#open.set(position.id, position);
    this.#onUpdate(position);
  }

  async #reconcile(isCurrent: () => boolean): Promise<void> {
    this.#updated = new Set();
    const positions = await retry(() => this.#rest.positions(), isCurrent);
    if (positions === undefined) return;
    const listed = new Set(positions.map(({ id }) => id));
    for (const position of [...this.#open.values()]) {
      if (listed.has(position.id) || this.#updated.has(position.id)) continue;
      const { pl: _, takeProfit: __, stopLoss: ___, ...closed } = position;
      this.#apply({ ...closed, qty: 0 });
    }
  }
}
