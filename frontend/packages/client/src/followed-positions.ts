import type { FollowedParts } from "./followed-parts.ts";
import type { Position } from "./model/broker.ts";
import { ReconciledTopic } from "./reconciled-topic.ts";
import type { AccountRest } from "./rest-client.ts";
import { retrying } from "./retry.ts";

/**
 * An account's positions, each change told once. After an interruption whose updates the socket
 * can't tell any more, those that were closed in it are found.
 */
export class FollowedPositions {
  readonly #rest: AccountRest;
  readonly #tell: (position: Position) => void;
  readonly #topic: ReconciledTopic<Position>;
  readonly #open = new Map<string, Position>();
  /** Those told by the socket since the interruption: no answer of REST is newer. */
  #touched = new Set<string>();

  constructor({ feeds, rest, accountId, tell, onFailed }: FollowedParts<Position>) {
    this.#rest = rest;
    this.#tell = tell;
    this.#topic = new ReconciledTopic<Position>({
      follow: (listener) => feeds.positions({ accountId }, listener),
      onData: (position) => {
        this.#touched.add(position.id);
        this.#take(position);
      },
      reconcile: (isWanted) => this.#reconcile(isWanted),
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

  #take(position: Position): void {
    const told = this.#open.get(position.id);
    if (JSON.stringify(told) === JSON.stringify(position)) return;
    if (position.qty === 0) this.#open.delete(position.id);
    else this.#open.set(position.id, position);
    this.#tell(position);
  }

  async #reconcile(isWanted: () => boolean): Promise<void> {
    this.#touched = new Set();
    const positions = await retrying(() => this.#rest.positions(), isWanted);
    if (positions === undefined) return;
    const found = new Set(positions.map(({ id }) => id));
    for (const position of [...this.#open.values()]) {
      if (found.has(position.id) || this.#touched.has(position.id)) continue;
      const { pl: _, takeProfit: __, stopLoss: ___, ...closed } = position;
      this.#take({ ...closed, qty: 0 });
    }
  }
}
