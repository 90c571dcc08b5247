export type { AccountCommands } from "./account-commands.ts";
export { MergedOrders, MergedPositions, mergeExecutions } from "./account-merge.ts";
export {
  type Authentication,
  type AuthMessage,
  authMessage,
  bearerProtocols,
  type Token,
} from "./authentication.ts";
export type { Backoff } from "./backoff.ts";
export type { BrokerOptions } from "./broker-options.ts";
export { BrokerTerminalService } from "./broker-terminal-service.ts";
export type { CommandPolicy } from "./command-sender.ts";
export { Commands } from "./commands.ts";
export { type DatafeedOptions, DatafeedService } from "./datafeed-service.ts";
export {
  ApiError,
  NotConnectedError,
  SubscriptionError,
  type SubscriptionFailure,
} from "./errors.ts";
export type { Connection, FeedName, Feeds, FeedTypes, ListenerOrFunction } from "./feeds.ts";
export { newIdempotencyKey } from "./idempotency-key.ts";
export type { Listener, Reconnection, Subscription } from "./listener.ts";
export * from "./model/broker.ts";
export * from "./model/market.ts";
export type * from "./model/performance.ts";
export type { AccountPage, AccountsRest } from "./rest-accounts.ts";
export type { AlertRest } from "./rest-alerts.ts";
export {
  type AccountRest,
  type HistoryRange,
  type MarketRest,
  type Rest,
  RestClient,
  type RestOptions,
  type SearchPage,
} from "./rest-client.ts";
export type { DayRange, PerformanceRest } from "./rest-performance.ts";
export type { ReplayRest } from "./rest-replay.ts";
export { type ResumeOptions, type ResumeStorage, sessionResumeStorage } from "./resume-storage.ts";
export type { Route } from "./routes.ts";
export { SocketClient } from "./socket-client.ts";
export type { SocketOptions, SocketState } from "./socket-options.ts";
export type { PollingOptions, TopicReader, TopicSource } from "./topic-source.ts";
export { topicOf, topicParams } from "./topics.ts";
export { TradingClient, type TradingClientOptions } from "./trading-client.ts";
export type * from "./tradingview/broker.ts";
export type * from "./tradingview/datafeed.ts";
export { SimpleWatchedValue } from "./watched-value.ts";
export { WsAdapter } from "./ws-adapter.ts";
export { type MockFeed, type MockFeeds, WsFallback } from "./ws-fallback.ts";
