import type { Feeds } from "./feeds.ts";
import type { AccountRest } from "./rest-client.ts";

/** What following one kind of an account's things needs. */
export interface SyncOptions<T> {
  feeds: Feeds;
  rest: AccountRest;
  accountId: string;
  onUpdate(data: T): void;
  /** What follows may be incomplete. */
  onFailed(error: Error): void;
}
