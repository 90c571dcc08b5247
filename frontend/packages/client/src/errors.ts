/**
 * Why a subscription ended. `rejected`: the server rejected it with a message. `mismatched`: the
 * server confirmed another topic. `unanswered`: the server did not answer. `malformed`: the server
 * closed the connection over the request. `ended`: the client unsubscribed before.
 */
export type SubscriptionFailure = "rejected" | "mismatched" | "unanswered" | "malformed" | "ended";

/** A subscription that failed or ended. */
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

/** There is no connection, or it ended before the response to a request that `wasSent`. */
export class NotConnectedError extends Error {
  override readonly name = "NotConnectedError";
  readonly wasSent: boolean;

  constructor(message: string, wasSent = false) {
    super(message);
    this.wasSent = wasSent;
  }
}

/**
 * An error response of the server, with its message and its machine-readable code. It is the same
 * over REST and over the socket. `retryAfterS` is when to try again, where the server names it.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly retryAfterS: number | null;

  constructor(status: number, code: string, detail: string, retryAfterS: number | null = null) {
    super(detail);
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}
