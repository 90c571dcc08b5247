export {
  type Authentication,
  type AuthMessage,
  authMessage,
  bearerProtocols,
  type Token,
} from "./authentication.ts";
export type { Backoff } from "./backoff.ts";
export { type BrokerParts, BrokerTerminalService } from "./broker-terminal-service.ts";
export { type DatafeedParts, DatafeedService } from "./datafeed-service.ts";
export {
  NotConnectedError,
  RefusedError,
  SubscriptionError,
  type SubscriptionFailure,
} from "./errors.ts";
export type { Connection, FeedName, Feeds, FeedTypes, ListenerOrFunction } from "./feeds.ts";
export type { Continuation, Listener, Subscription } from "./followed-topic.ts";
export * from "./model/broker.ts";
export * from "./model/market.ts";
export {
  type AccountRest,
  type MarketRest,
  type Rest,
  RestClient,
  type RestOptions,
  type Window,
} from "./rest-client.ts";
export type { Route } from "./routes.ts";
export { SocketClient, type SocketOptions, type SocketState } from "./socket-client.ts";
export { topicOf, topicParams } from "./topics.ts";
export { TradingClient, type TradingClientOptions } from "./trading-client.ts";
export type * from "./tradingview/broker.ts";
export type * from "./tradingview/datafeed.ts";
export { SimpleWatchedValue } from "./watched-value.ts";
export { WsAdapter } from "./ws-adapter.ts";
export { type Mocker, type Mockers, WsFallback } from "./ws-fallback.ts";
