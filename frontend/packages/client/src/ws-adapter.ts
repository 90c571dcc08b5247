import { type Feeds, type FeedTypes, type ListenerOrFunction as L, mapped } from "./feeds.ts";
import type { Subscription } from "./followed-topic.ts";
import * as map from "./mappers.ts";
import type { SocketClient } from "./socket-client.ts";

type Asked<F extends keyof FeedTypes> = FeedTypes[F]["subscription"];
type Told<F extends keyof FeedTypes> = L<FeedTypes[F]["data"]>;

/** The feeds of the backend, over one shared socket. */
export class WsAdapter implements Feeds {
  readonly connection: SocketClient;

  constructor(connection: SocketClient) {
    this.connection = connection;
  }

  bars({ symbol, resolution }: Asked<"bars">, listener: Told<"bars">): Subscription {
    return this.connection.subscribe("bars", { symbol, resolution }, mapped(listener, map.mapBar));
  }

  quotes({ symbols, fast_symbols }: Asked<"quotes">, listener: Told<"quotes">): Subscription {
    const subscription = { symbols, fast_symbols };
    return this.connection.subscribe("quotes", subscription, mapped(listener, map.mapQuote));
  }

  trades({ symbol }: Asked<"trades">, listener: Told<"trades">): Subscription {
    return this.connection.subscribe("trades", { symbol }, mapped(listener, map.mapTrade));
  }

  orderbook({ symbol, depth }: Asked<"orderbook">, listener: Told<"orderbook">): Subscription {
    const subscription = { symbol, depth };
    return this.connection.subscribe("orderbook", subscription, mapped(listener, map.mapOrderbook));
  }

  orders({ accountId }: Asked<"orders">, listener: Told<"orders">): Subscription {
    return this.connection.subscribe("orders", { accountId }, mapped(listener, map.mapOrder));
  }

  positions({ accountId }: Asked<"positions">, listener: Told<"positions">): Subscription {
    return this.connection.subscribe("positions", { accountId }, mapped(listener, map.mapPosition));
  }

  executions(
    { accountId, symbol }: Asked<"executions">,
    listener: Told<"executions">,
  ): Subscription {
    // Two subscriptions, each with required fields only: a topic has no place for an absent one.
    const subscription = symbol === undefined ? { accountId } : { accountId, symbol };
    const own = mapped(listener, map.mapExecution);
    return this.connection.subscribe("executions", subscription, own);
  }

  equity({ accountId }: Asked<"equity">, listener: Told<"equity">): Subscription {
    return this.connection.subscribe("equity", { accountId }, mapped(listener, map.mapEquity));
  }

  brokerConnection(
    { accountId }: Asked<"brokerConnection">,
    listener: Told<"brokerConnection">,
  ): Subscription {
    const own = mapped(listener, map.mapBrokerConnection);
    return this.connection.subscribe("broker-connection", { accountId }, own);
  }
}
