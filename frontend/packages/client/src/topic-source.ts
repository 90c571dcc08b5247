import type { DataOf, Route, SubscriptionOf } from "./routes.ts";

/** Reads one topic. */
export interface TopicReader {
  /** The shortest time in ms between two reads. */
  readonly intervalMs: number;
  /** Return the present state at the first call, and later the updates since the last call. */
  read(): Promise<DataOf<Route>[]>;
}

/** Reads topics without the socket. */
export interface TopicSource {
  /** Resolve if the server answers, and otherwise reject. */
  probe(): Promise<unknown>;
  /** Return a new reader of a topic, or null where the topic can only be had over the socket. */
  open<R extends Route>(route: R, subscription: SubscriptionOf<R>): TopicReader | null;
}

/** How often topics are polled where WebSockets are blocked. */
export interface PollingOptions {
  /** The time in ms between two reads of fast quotes, 1,000 by default. */
  quotesMs: number;
  /** The time in ms between two reads of `symbols`, which need no fast quotes; 10,000 by default. */
  slowQuotesMs: number;
  /** The time in ms between two reads of bars, 2,000 by default. */
  barsMs: number;
  /** The time in ms between two reads of the orders, positions and so on; 2,000 by default. */
  accountMs: number;
  /** The most requests in a second, 10 by default. There is one at a time. */
  requestsPerS: number;
  /** The number of failed attempts to connect after which REST is tried, 3 by default. */
  attemptsMin: number;
  /** The shortest time in ms between two attempts to connect meanwhile, 15,000 by default. */
  reconnectMs: number;
}

export const POLLING_OPTIONS: PollingOptions = {
  quotesMs: 1_000,
  slowQuotesMs: 10_000,
  barsMs: 2_000,
  accountMs: 2_000,
  requestsPerS: 10,
  attemptsMin: 3,
  reconnectMs: 15_000,
};
