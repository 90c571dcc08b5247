import type { FollowedParts } from "./followed-parts.ts";
import type { Subscription } from "./followed-topic.ts";
import type { Position } from "./model/broker.ts";
import type { AccountRest } from "./rest-client.ts";
import { retrying } from "./retry.ts";

/**
 * An account's positions, each change told once. After an interruption whose updates the socket
 * can't tell any more, those that were closed in it are found.
 */
export class FollowedPositions {
  readonly #rest: AccountRest;
  readonly #tell: (position: Position) => void;
  readonly #subscription: Subscription;
  readonly #open = new Map<string, Position>();
  /** Those told by the socket since the interruption: no answer of REST is newer. */
  #touched = new Set<string>();
  #turn: object | null = null;

  constructor({ feeds, rest, accountId, tell, onFailed }: FollowedParts<Position>) {
    this.#rest = rest;
    this.#tell = tell;
    this.#subscription = feeds.positions(
      { accountId },
      {
        onData: (position) => {
          this.#touched.add(position.id);
          this.#take(position);
        },
        onContinued: (how) => {
          if (how === "renewed") this.#reconcile().catch(onFailed);
        },
        onFailed,
      },
    );
  }

  get ready(): Promise<void> {
    return this.#subscription.confirmed;
  }

  stop(): void {
    this.#turn = null;
    this.#subscription.unsubscribe();
  }

  #take(position: Position): void {
    const told = this.#open.get(position.id);
    if (JSON.stringify(told) === JSON.stringify(position)) return;
    if (position.qty === 0) this.#open.delete(position.id);
    else this.#open.set(position.id, position);
    this.#tell(position);
  }

  async #reconcile(): Promise<void> {
    const turn = {};
    this.#turn = turn;
    this.#touched = new Set();
    const positions = await retrying(
      () => this.#rest.positions(),
      () => this.#turn === turn,
    );
    if (positions === undefined) return;
    const found = new Set(positions.map(({ id }) => id));
    for (const position of [...this.#open.values()]) {
      if (found.has(position.id) || this.#touched.has(position.id)) continue;
      const { pl: _, takeProfit: __, stopLoss: ___, ...closed } = position;
      this.#take({ ...closed, qty: 0 });
    }
  }
}
