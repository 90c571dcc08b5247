import type { Feeds } from "./feeds.ts";
import type { AccountRest } from "./rest-client.ts";

/** The options of OrderSync, PositionSync and ExecutionSync. */
export interface SyncOptions<T> {
  feeds: Feeds;
  rest: AccountRest;
  accountId: string;
  /** Return the market's time in ms UTC, which is that of the account's orders. */
  now(): Promise<number>;
  onUpdate(data: T): void;
  /** Called when the subscription or a reconciliation fails. Later updates may be incomplete. */
  onFailed(error: Error): void;
}
