import { MergedPositions } from "./account-merge.ts";
import type { Position } from "./model/broker.ts";
import { ReconcilingSubscription } from "./reconciling-subscription.ts";
import type { AccountRest } from "./rest-client.ts";
import { retry } from "./retry.ts";
import type { SyncOptions } from "./sync-options.ts";

/**
 * Reports each change of an account's positions once. After a reconnection that replayed no updates
 * it reads the positions over REST and reports those that were closed during the outage.
 */
export class PositionSync {
  readonly #rest: AccountRest;
  readonly #onUpdate: (position: Position) => void;
  readonly #subscription: ReconcilingSubscription<Position>;
  readonly #positions = new MergedPositions();

  constructor({ feeds, rest, accountId, onUpdate, onFailed }: SyncOptions<Position>) {
    this.#rest = rest;
    this.#onUpdate = onUpdate;
    this.#subscription = new ReconcilingSubscription<Position>({
      subscribe: (listener) => feeds.positions({ accountId }, listener),
      onData: (position) => {
        if (this.#positions.applyLive(position)) this.#onUpdate(position);
      },
      reconcile: (isCurrent) => this.#reconcile(isCurrent),
      reconcilesAtStart: false,
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

  async #reconcile(isCurrent: () => boolean): Promise<void> {
    this.#positions.startSnapshot();
    const snapshot = await retry(() => this.#rest.positions(), isCurrent);
    if (snapshot === undefined) return;
    for (const position of this.#positions.closeMissingFrom(snapshot)) this.#onUpdate(position);
  }
}
