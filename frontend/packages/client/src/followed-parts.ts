import type { Feeds } from "./feeds.ts";
import type { AccountRest } from "./rest-client.ts";

/** What following one kind of an account's things needs. */
export interface FollowedParts<T> {
  feeds: Feeds;
  rest: AccountRest;
  accountId: string;
  tell(data: T): void;
  /** What follows may be incomplete. */
  onFailed(error: Error): void;
}
