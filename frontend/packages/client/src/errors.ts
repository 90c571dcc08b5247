/**
 * `refused`: the server says why. `mismatched`: it confirmed another topic. `unanswered`: it did not
 * answer. `malformed`: it closed the connection over the request. `ended`: unsubscribed before.
 */
export type SubscriptionFailure = "rejected" | "mismatched" | "unanswered" | "malformed" | "ended";

export class SubscriptionError extends Error {
  override readonly name = "SubscriptionError";
  readonly code: SubscriptionFailure;
  readonly topic: string;

  constructor(code: SubscriptionFailure, topic: string, message: string) {
    super(message);
    this.code = code;
    this.topic = topic;
  }
}

/** There is no connection, so nothing was sent; or it ended before the answer (`wasSent`). */
export class NotConnectedError extends Error {
  override readonly name = "NotConnectedError";
  readonly wasSent: boolean;

  constructor(message: string, wasSent = false) {
    super(message);
    this.wasSent = wasSent;
  }
}

/** The backend's answer to a request over REST: a sentence, and a code that stays. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}
