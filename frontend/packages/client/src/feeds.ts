import type { CommandChannel } from "./command-channel.ts";
import type { Listener, Subscription } from "./listener.ts";
import type {
  AccountNotification,
  AccountState,
  BrokerConnection,
  Equity,
  Execution,
  Order,
  Position,
  PositionPL,
  PriceAlert,
} from "./model/broker.ts";
import type { Bar, Orderbook, QuoteData, Replay, Trade } from "./model/market.ts";
import type { SocketState } from "./socket-options.ts";

/** The subscription and the data of each feed. */
export interface FeedTypes {
  bars: { subscription: { symbol: string; resolution: string }; data: Bar };
  /** `fast_symbols` receive every change, and `symbols` a change now and then. */
  quotes: { subscription: { symbols: string[]; fast_symbols: string[] }; data: QuoteData };
  trades: { subscription: { symbol: string }; data: Trade };
  /** `depth` is the number of levels on each side, from 1 to 50. */
  orderbook: { subscription: { symbol: string; depth: number }; data: Orderbook };
  /** What the time of the market does. The state is sent at each change, not with each tick. */
  replay: { subscription: Record<string, never>; data: Replay };
  /** The state is the live orders. */
  orders: { subscription: { accountId: string }; data: Order };
  /** The state is the open positions. `qty` is 0 once a position is closed. */
  positions: { subscription: { accountId: string }; data: Position };
  /** The open profit of each open position, with every change of its price. */
  positionPL: { subscription: { accountId: string }; data: PositionPL };
  /** There is no state: only new executions are sent. */
  executions: { subscription: { accountId: string; symbol?: string }; data: Execution };
  equity: { subscription: { accountId: string }; data: Equity };
  account: { subscription: { accountId: string }; data: AccountState };
  /** There is no state: only new notifications are sent. */
  notifications: { subscription: { accountId: string }; data: AccountNotification };
  /** The state is all alerts. */
  alerts: { subscription: { accountId: string }; data: PriceAlert };
  brokerConnection: { subscription: { accountId: string }; data: BrokerConnection };
}

export type FeedName = keyof FeedTypes;
export type ListenerOrFunction<T> = Listener<T> | ((data: T) => void);

/** The state of the connection of the feeds. */
export interface Connection {
  readonly state: SocketState;
  onState(listener: (state: SocketState) => void): () => void;
  /** Resolve once every subscription is confirmed on the present connection. */
  synchronized(): Promise<void>;
  /** Sends commands over the connection, where that can. */
  readonly commands?: CommandChannel;
}

/**
 * Live data in the client's own types. Each feed sends the topic's present state and then its
 * changes, over every reconnection, until it is unsubscribed.
 */
export type Feeds = { readonly connection: Connection } & {
  [F in FeedName]: (
    subscription: FeedTypes[F]["subscription"],
    listener: ListenerOrFunction<FeedTypes[F]["data"]>,
  ) => Subscription;
};

/** Return a listener that maps its data and passes them to `listener`. */
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
