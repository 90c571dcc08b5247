import type { Feeds } from "./feeds.ts";
import type { AccountRest } from "./rest-client.ts";

/** The options of OrderSync, PositionSync and ExecutionSync. */
export interface SyncOptions<T> {
  feeds: Feeds;
  rest: AccountRest;
  accountId: string;
  onUpdate(data: T): void;
  /** Called when the subscription or a reconciliation fails. Later updates may be incomplete. */
  onFailed(error: Error): void;
}
