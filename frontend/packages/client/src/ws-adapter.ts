import { type Feeds, type FeedTypes, type ListenerOrFunction as L, mapListener } from "./feeds.ts";
import type { Subscription } from "./listener.ts";
import * as map from "./mappers.ts";
import type { SocketClient } from "./socket-client.ts";

type Params<F extends keyof FeedTypes> = FeedTypes[F]["subscription"];
type DataListener<F extends keyof FeedTypes> = L<FeedTypes[F]["data"]>;

/** The feeds of the backend over one shared socket, in the client's own types. */
export class WsAdapter implements Feeds {
  readonly connection: SocketClient;

  constructor(connection: SocketClient) {
    this.connection = connection;
  }

  bars({ symbol, resolution }: Params<"bars">, listener: DataListener<"bars">): Subscription {
    return this.connection.subscribe(
      "bars",
      { symbol, resolution },
      mapListener(listener, map.mapBar),
    );
  }

  quotes(
    { symbols, fast_symbols }: Params<"quotes">,
    listener: DataListener<"quotes">,
  ): Subscription {
    const subscription = { symbols, fast_symbols };
    return this.connection.subscribe("quotes", subscription, mapListener(listener, map.mapQuote));
  }

  trades({ symbol }: Params<"trades">, listener: DataListener<"trades">): Subscription {
    return this.connection.subscribe("trades", { symbol }, mapListener(listener, map.mapTrade));
  }

  orderbook(
    { symbol, depth }: Params<"orderbook">,
    listener: DataListener<"orderbook">,
  ): Subscription {
    const subscription = { symbol, depth };
    return this.connection.subscribe(
      "orderbook",
      subscription,
      mapListener(listener, map.mapOrderbook),
    );
  }

  replay(_: Params<"replay">, listener: DataListener<"replay">): Subscription {
    return this.connection.subscribe("replay", {}, mapListener(listener, map.mapReplay));
  }

  orders({ accountId }: Params<"orders">, listener: DataListener<"orders">): Subscription {
    return this.connection.subscribe("orders", { accountId }, mapListener(listener, map.mapOrder));
  }

  positions({ accountId }: Params<"positions">, listener: DataListener<"positions">): Subscription {
    return this.connection.subscribe(
      "positions",
      { accountId },
      mapListener(listener, map.mapPosition),
    );
  }

  positionPL(
    { accountId }: Params<"positionPL">,
    listener: DataListener<"positionPL">,
  ): Subscription {
    const own = mapListener(listener, map.mapPositionPL);
    return this.connection.subscribe("position-pl", { accountId }, own);
  }

  executions(
    { accountId, symbol }: Params<"executions">,
    listener: DataListener<"executions">,
  ): Subscription {
    // A topic cannot represent an absent field, so there are two kinds of subscription.
    const subscription = symbol === undefined ? { accountId } : { accountId, symbol };
    const own = mapListener(listener, map.mapExecution);
    return this.connection.subscribe("executions", subscription, own);
  }

  equity({ accountId }: Params<"equity">, listener: DataListener<"equity">): Subscription {
    return this.connection.subscribe("equity", { accountId }, mapListener(listener, map.mapEquity));
  }

  account({ accountId }: Params<"account">, listener: DataListener<"account">): Subscription {
    const own = mapListener(listener, map.mapAccountState);
    return this.connection.subscribe("account", { accountId }, own);
  }

  notifications(
    { accountId }: Params<"notifications">,
    listener: DataListener<"notifications">,
  ): Subscription {
    const own = mapListener(listener, map.mapNotification);
    return this.connection.subscribe("notifications", { accountId }, own);
  }

  alerts({ accountId }: Params<"alerts">, listener: DataListener<"alerts">): Subscription {
    return this.connection.subscribe("alerts", { accountId }, mapListener(listener, map.mapAlert));
  }

  brokerConnection(
    { accountId }: Params<"brokerConnection">,
    listener: DataListener<"brokerConnection">,
  ): Subscription {
    const own = mapListener(listener, map.mapBrokerConnection);
    return this.connection.subscribe("broker-connection", { accountId }, own);
  }
}
