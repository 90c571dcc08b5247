import createClient, { type Client } from "openapi-fetch";
import type { AccountCommands } from "./account-commands.ts";
import type { Authentication } from "./authentication.ts";
import type { paths } from "./generated/rest.ts";
import { newIdempotencyKey } from "./idempotency-key.ts";
import * as map from "./mappers.ts";
import type {
  Account,
  AccountNotification,
  BrokerConfiguration,
  CashLine,
  Equity,
  Execution,
  InstrumentInfo,
  KillSwitch,
  LeverageInfo,
  LeverageParams,
  LeveragePreview,
  Order,
  Position,
} from "./model/broker.ts";
import type {
  DatafeedConfiguration,
  FoundSymbol,
  History,
  QuoteData,
  SymbolInfo,
  Trade,
} from "./model/market.ts";
import { type AccountsRest, createAccountsRest } from "./rest-accounts.ts";
import { type AlertRest, createAlertRest } from "./rest-alerts.ts";
import { createRestCommands, unwrap } from "./rest-commands.ts";
import { createPerformanceRest, type PerformanceRest } from "./rest-performance.ts";
import { createReplayRest, type ReplayRest } from "./rest-replay.ts";

/** A range of bars, in seconds. `to` is exclusive, and `countBack` has precedence over `from`. */
export interface HistoryRange {
  from: number;
  to: number;
  countBack?: number;
}

/** A part of the symbols that a search finds: at most `limit` (500), after the first `offset` ones. */
export interface SearchPage {
  offset: number;
  limit: number;
}

/** The REST queries of market data. */
export interface MarketRest {
  configuration(): Promise<DatafeedConfiguration>;
  /** Return the symbols that match, at most 50 of them without a `page`. */
  search(input: string, exchange: string, type: string, page?: SearchPage): Promise<FoundSymbol[]>;
  symbol(name: string): Promise<SymbolInfo>;
  history(symbol: string, resolution: string, window: HistoryRange): Promise<History>;
  quotes(symbols: string[]): Promise<QuoteData[]>;
  /** Return at most `limit` of the last trades, the oldest first, as the feed has them. */
  trades(symbol: string, limit: number): Promise<Trade[]>;
  /** Return the market's time in seconds. */
  time(): Promise<number>;
}

/** The REST queries and commands of one account. */
export interface AccountRest extends AccountCommands {
  info(): Promise<Account>;
  all(): Promise<Account[]>;
  configuration(): Promise<BrokerConfiguration>;
  equity(): Promise<Equity>;
  /**
   * Return the live orders, and those that ended within 24 hours: with `endedSince`, in ms UTC, only
   * the ones that ended at that time or later.
   */
  orders(endedSince?: number): Promise<Order[]>;
  order(orderId: string): Promise<Order>;
  ordersHistory(limit?: number, before?: string): Promise<Order[]>;
  positions(): Promise<Position[]>;
  executions(symbol: string): Promise<Execution[]>;
  /**
   * Return the newest executions, at most `limit` (1,000), in their order. `before` is the id of an
   * execution, and leaves out what is not older.
   */
  recentExecutions(limit: number, before?: string): Promise<Execution[]>;
  /**
   * Return at most `limit` (1,000) cash lines: the oldest ones after the event `since`, or without it
   * the newest ones.
   */
  cashLines(since?: number, limit?: number): Promise<CashLine[]>;
  /**
   * Return at most `limit` (1,000) notifications: the oldest ones after the event `since`, or without
   * it the newest ones.
   */
  notifications(since?: number, limit?: number): Promise<AccountNotification[]>;
  killSwitch(): Promise<KillSwitch>;
  /**
   * Halt the account, which cancels its orders and refuses new ones, or let it trade again. Return
   * the orders whose cancellation that began.
   */
  setKillSwitch(on: boolean, reason?: string, key?: string): Promise<string[]>;
  instrument(symbol: string): Promise<InstrumentInfo>;
  leverage(params: LeverageParams): Promise<LeverageInfo>;
  previewLeverage(params: LeverageParams & { leverage: number }): Promise<LeveragePreview>;
}

export interface Rest {
  readonly market: MarketRest;
  readonly accounts: AccountsRest;
  readonly replay: ReplayRest;
  /** Without an id it is the server's default account. */
  account(id?: string): AccountRest;
  /** Without an id they are those of the server's default account. */
  alerts(id?: string): AlertRest;
  /** The equity by day and the closed trades of an account. Without an id it is the default one. */
  performance(id?: string): PerformanceRest;
}

export interface RestOptions {
  /** The address without a path, such as `http://127.0.0.1:8000`. The default is the page's. */
  baseUrl?: string;
  authentication?: Authentication;
  /** The time in ms after which a request without a response fails. */
  timeoutMs?: number;
}

/**
 * The client of the REST API. Methods reject with an ApiError for an error response, and with the
 * error of `fetch` without a response.
 */
export class RestClient implements Rest {
  readonly market: MarketRest;
  readonly accounts: AccountsRest;
  readonly replay: ReplayRest;
  readonly #http: Client<paths>;

  constructor({ baseUrl = "", authentication, timeoutMs = 10_000 }: RestOptions = {}) {
    const fetchInTime = (request: Request) =>
      fetch(request, { signal: AbortSignal.timeout(timeoutMs) });
    this.#http = createClient<paths>({ baseUrl, fetch: fetchInTime });
    if (authentication) this.#http.use(bearerMiddleware(authentication));
    this.market = createMarketRest(this.#http);
    this.accounts = createAccountsRest(this.#http);
    this.replay = createReplayRest(this.#http);
  }

  account(id?: string): AccountRest {
    return createAccountRest(this.#http, id);
  }

  performance(id?: string): PerformanceRest {
    return createPerformanceRest(this.#http, id);
  }

  alerts(id?: string): AlertRest {
    return createAlertRest(this.#http, id);
  }
}

function createMarketRest(http: Client<paths>): MarketRest {
  return {
    async configuration() {
      return map.mapDatafeedConfiguration(unwrap(await http.GET("/api/v1/datafeed/config")));
    },
    async search(user_input, exchange, symbol_type, page) {
      const part = page && { offset: page.offset, max_results: page.limit };
      const query = { user_input, exchange, symbol_type, ...part };
      const found = unwrap(await http.GET("/api/v1/datafeed/search", { params: { query } }));
      return found.map(map.mapFoundSymbol);
    },
    async symbol(symbol) {
      const params = { path: { symbol } };
      return map.mapSymbol(unwrap(await http.GET("/api/v1/datafeed/resolve/{symbol}", { params })));
    },
    async history(symbol, resolution, { from, to, countBack }) {
      const query = {
        symbol,
        resolution,
        from_time: from,
        to_time: to,
        ...(countBack !== undefined && { count_back: countBack }),
      };
      return map.mapHistory(unwrap(await http.GET("/api/v1/datafeed/bars", { params: { query } })));
    },
    async quotes(symbols) {
      const body = { symbols };
      return unwrap(await http.POST("/api/v1/datafeed/quotes", { body })).map(map.mapQuote);
    },
    async trades(symbol, limit) {
      const params = { query: { symbol, limit } };
      return unwrap(await http.GET("/api/v1/datafeed/trades", { params })).map(map.mapTrade);
    },
    async time() {
      return unwrap(await http.GET("/api/v1/datafeed/time"));
    },
  };
}

function createAccountRest(http: Client<paths>, id: string | undefined): AccountRest {
  const query = id === undefined ? {} : { account_id: id };
  return {
    async info() {
      return map.mapAccount(
        unwrap(await http.GET("/api/v1/broker/account", { params: { query } })),
      );
    },
    async all() {
      return unwrap(await http.GET("/api/v1/broker/accounts")).map(map.mapAccount);
    },
    async configuration() {
      const found = await http.GET("/api/v1/broker/config", { params: { query } });
      return map.mapBrokerConfiguration(unwrap(found));
    },
    async equity() {
      return map.mapEquity(unwrap(await http.GET("/api/v1/broker/equity", { params: { query } })));
    },
    async orders(endedSince) {
      const params = {
        query: { ...query, ...(endedSince !== undefined && { ended_since: endedSince }) },
      };
      const orders = unwrap(await http.GET("/api/v1/broker/orders", { params }));
      return orders.map(map.mapOrder);
    },
    async order(orderId) {
      const params = { query, path: { order_id: orderId } };
      return map.mapOrder(unwrap(await http.GET("/api/v1/broker/orders/{order_id}", { params })));
    },
    async ordersHistory(limit = 200, before) {
      const params = { query: { ...query, limit, ...(before !== undefined && { before }) } };
      const orders = unwrap(await http.GET("/api/v1/broker/orders/history", { params }));
      return orders.map(map.mapOrder);
    },
    async positions() {
      const positions = unwrap(await http.GET("/api/v1/broker/positions", { params: { query } }));
      return positions.map(map.mapPosition);
    },
    async executions(symbol) {
      const params = { query, path: { symbol } };
      const executions = unwrap(await http.GET("/api/v1/broker/executions/{symbol}", { params }));
      return executions.map(map.mapExecution);
    },
    async recentExecutions(limit, before) {
      const params = { query: { ...query, limit, ...(before !== undefined && { before }) } };
      const executions = unwrap(await http.GET("/api/v1/broker/executions", { params }));
      return executions.map(map.mapExecution);
    },
    async cashLines(since, limit = 1_000) {
      const params = { query: { ...query, limit, ...(since !== undefined && { since }) } };
      return unwrap(await http.GET("/api/v1/broker/ledger", { params })).map(map.mapCashLine);
    },
    async notifications(since, limit = 200) {
      const params = { query: { ...query, limit, ...(since !== undefined && { since }) } };
      const found = unwrap(await http.GET("/api/v1/broker/notifications", { params }));
      return found.map(map.mapNotification);
    },
    async killSwitch() {
      const found = await http.GET("/api/v1/broker/kill-switch", { params: { query } });
      return map.mapKillSwitch(unwrap(found));
    },
    async setKillSwitch(on, reason = "", key = newIdempotencyKey()) {
      const params = { query, header: { "Idempotency-Key": key } };
      const request = { params, body: { on, reason } };
      return unwrap(await http.PUT("/api/v1/broker/kill-switch", request)).canceled;
    },
    async instrument(symbol) {
      const params = { query, path: { symbol } };
      const found = unwrap(await http.GET("/api/v1/broker/instruments/{symbol}", { params }));
      return map.mapInstrument(found);
    },
    ...createRestCommands(http, id),
    async leverage({ symbol, orderType, side }) {
      const params = { query: { ...query, symbol, orderType, side } };
      return map.mapLeverage(unwrap(await http.GET("/api/v1/broker/leverage/info", { params })));
    },
    async previewLeverage({ symbol, orderType, side, leverage }) {
      const request = { params: { query }, body: { symbol, orderType, side, leverage } };
      const preview = unwrap(await http.POST("/api/v1/broker/leverage/preview", request));
      return map.mapLeveragePreview(preview);
    },
  };
}

/** Return a middleware that adds the token to each request. */
const bearerMiddleware = (authentication: Authentication) => ({
  async onRequest({ request }: { request: Request }) {
    const { value } = await authentication.token();
    request.headers.set("Authorization", `Bearer ${value}`);
    return request;
  },
});
