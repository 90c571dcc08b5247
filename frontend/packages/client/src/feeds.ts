import type { Listener, Subscription } from "./listener.ts";
import type { BrokerConnection, Equity, Execution, Order, Position } from "./model/broker.ts";
import type { Bar, Orderbook, QuoteData, Trade } from "./model/market.ts";
import type { SocketState } from "./socket-options.ts";

/** What each feed is asked for, and what it tells. */
export interface FeedTypes {
  bars: { subscription: { symbol: string; resolution: string }; data: Bar };
  /** `fast_symbols` are told of every change, `symbols` now and then. */
  quotes: { subscription: { symbols: string[]; fast_symbols: string[] }; data: QuoteData };
  trades: { subscription: { symbol: string }; data: Trade };
  /** `depth` is the number of levels a side, from 1 to 50. */
  orderbook: { subscription: { symbol: string; depth: number }; data: Orderbook };
  /** State: those that are live. */
  orders: { subscription: { accountId: string }; data: Order };
  /** State: those that are open; `qty` 0 once closed. */
  positions: { subscription: { accountId: string }; data: Position };
  /** No state: the next ones. */
  executions: { subscription: { accountId: string; symbol?: string }; data: Execution };
  equity: { subscription: { accountId: string }; data: Equity };
  brokerConnection: { subscription: { accountId: string }; data: BrokerConnection };
}

export type FeedName = keyof FeedTypes;
export type ListenerOrFunction<T> = Listener<T> | ((data: T) => void);

/** The state of what feeds come over. */
export interface Connection {
  readonly state: SocketState;
  onState(listener: (state: SocketState) => void): () => void;
}

/**
 * Live data in the front end's own types. Each tells the topic's present state, then its changes,
 * over every reconnection, until it is unsubscribed.
 */
export type Feeds = { readonly connection: Connection } & {
  [F in FeedName]: (
    subscription: FeedTypes[F]["subscription"],
    listener: ListenerOrFunction<FeedTypes[F]["data"]>,
  ) => Subscription;
};

/** `listener`, for data that are mapListener first. */
export function mapListener<From, To>(
  listener: ListenerOrFunction<To>,
  map: (data: From) => To,
): Listener<From> {
  if (typeof listener === "function") return { onData: (data) => listener(map(data)) };
  return {
    onData: (data) => listener.onData(map(data)),
    ...(listener.onReconnected && { onReconnected: (how) => listener.onReconnected?.(how) }),
    ...(listener.onFailed && { onFailed: (error) => listener.onFailed?.(error) }),
  };
}
