import { ExecutionMultiset, orderKey, positionKey } from "./account-merge.ts";
import {
  type AccountNotification,
  type Execution,
  isLive,
  type Order,
  type Position,
  type PriceAlert,
} from "./model/broker.ts";
import type { Bar, QuoteData } from "./model/market.ts";
import type { AlertRest } from "./rest-alerts.ts";
import type { AccountRest, MarketRest, Rest } from "./rest-client.ts";
import type { DataOf, Route, SubscriptionOf } from "./routes.ts";
import type { PollingOptions, TopicReader, TopicSource } from "./topic-source.ts";

/** A time after every bar, in seconds. */
const END_OF_TIME_S = 4_102_444_800;
/** The number of newest executions that are read, and the one if all of the former are new. */
const EXECUTIONS_READ = 50;
const EXECUTIONS_READ_MAX = 1_000;

/**
 * Reads topics over REST. Trades, order books, the profit of positions and the state of the broker
 * are only available over the socket.
 */
export class RestTopics implements TopicSource {
  readonly #rest: Rest;
  readonly #options: PollingOptions;

  constructor(rest: Rest, options: PollingOptions) {
    this.#rest = rest;
    this.#options = options;
  }

  probe(): Promise<unknown> {
    return this.#rest.market.time();
  }

  open<R extends Route>(route: R, subscription: SubscriptionOf<R>): TopicReader | null {
    const { market } = this.#rest;
    const { barsMs, accountMs } = this.#options;
    // Each case knows the subscription and the data of its route. TypeScript does not.
    const given = subscription as unknown as Subscriptions;
    const account = this.#rest.account(given.accountId);
    const reader = (intervalMs: number, read: () => Promise<unknown[]>): TopicReader => ({
      intervalMs,
      read: read as () => Promise<DataOf<Route>[]>,
    });
    switch (route) {
      case "bars":
        return reader(barsMs, readBars(market, given));
      case "quotes":
        return this.#quotesReader(given);
      case "replay":
        return reader(
          accountMs,
          changed(async () => [await this.#rest.replay.state()], String),
        );
      case "orders":
        return reader(accountMs, readOrders(account));
      case "positions":
        return reader(accountMs, readPositions(account));
      case "executions":
        return reader(accountMs, readExecutions(account, given.symbol));
      case "notifications":
        return reader(accountMs, readNotifications(account));
      case "alerts":
        return reader(accountMs, readAlerts(this.#rest.alerts(given.accountId)));
      case "equity":
        return reader(
          accountMs,
          changed(async () => [await account.equity()], String),
        );
      default:
        return null;
    }
  }

  #quotesReader({ symbols, fast_symbols }: Subscriptions): TopicReader {
    const { quotesMs, slowQuotesMs } = this.#options;
    let slowAt = Number.NEGATIVE_INFINITY;
    const readAll = (): Promise<QuoteData[]> => {
      const isSlowDue = performance.now() - slowAt >= slowQuotesMs;
      if (isSlowDue) slowAt = performance.now();
      const names = new Set(isSlowDue ? [...fast_symbols, ...symbols] : fast_symbols);
      return names.size === 0 ? Promise.resolve([]) : this.#rest.market.quotes([...names]);
    };
    const read = changed(readAll, ({ n }) => n) as TopicReader["read"];
    return { intervalMs: fast_symbols.length > 0 ? quotesMs : slowQuotesMs, read };
  }
}

/** The fields of the subscriptions. */
interface Subscriptions {
  symbol: string;
  resolution: string;
  symbols: string[];
  fast_symbols: string[];
  accountId: string;
}

/** Return a function that returns those of what `read` returns that are new or different. */
function changed<T>(read: () => Promise<T[]>, keyOf: (data: T) => string): () => Promise<T[]> {
  const known = new Map<string, string>();
  return async () =>
    (await read()).filter((data) => {
      const [key, text] = [keyOf(data), JSON.stringify(data)];
      if (known.get(key) === text) return false;
      known.set(key, text);
      return true;
    });
}

function readBars(rest: MarketRest, { symbol, resolution }: Subscriptions): () => Promise<Bar[]> {
  let last: Bar | null = null;
  return async () => {
    const range =
      last === null
        ? { from: END_OF_TIME_S - 1, to: END_OF_TIME_S, countBack: 1 }
        : { from: Math.floor(last.time / 1_000), to: END_OF_TIME_S };
    const { bars } = await rest.history(symbol, resolution, range);
    const known = last;
    last = bars.at(-1) ?? last;
    // REST adds an older bar to a single one.
    if (known === null) return bars.slice(-1);
    const isNews = (bar: Bar) =>
      bar.time > known.time ||
      (bar.time === known.time && JSON.stringify(bar) !== JSON.stringify(known));
    return bars.filter(isNews);
  };
}

/** The first call returns the live orders, as the state of the topic is. */
function readOrders(rest: AccountRest): () => Promise<Order[]> {
  const read = changed(() => rest.orders(), orderKey);
  let isFirst = true;
  return async () => {
    const orders = await read();
    const isState = isFirst;
    isFirst = false;
    return isState ? orders.filter(({ status }) => isLive(status)) : orders;
  };
}

/** A position that is not listed any more is returned once with quantity 0. */
function readPositions(rest: AccountRest): () => Promise<Position[]> {
  let open = new Map<string, Position>();
  const withClosed = async (): Promise<Position[]> => {
    const listed = new Map((await rest.positions()).map((each) => [positionKey(each), each]));
    const closed = [...open.values()].filter((each) => !listed.has(positionKey(each)));
    open = listed;
    return [...listed.values(), ...closed.map(withoutQuantity)];
  };
  return changed(withClosed, positionKey);
}

function withoutQuantity({ pl: _, takeProfit: __, stopLoss: ___, ...rest }: Position): Position {
  return { ...rest, qty: 0 };
}

/** There is no state: the first call returns nothing. */
function readExecutions(rest: AccountRest, symbol?: string): () => Promise<Execution[]> {
  let known: ExecutionMultiset | null = null;
  const newest = (limit: number) =>
    symbol === undefined ? rest.recentExecutions(limit) : rest.executions(symbol);
  return async () => {
    let snapshot = await newest(known === null ? EXECUTIONS_READ_MAX : EXECUTIONS_READ);
    if (known === null) {
      known = new ExecutionMultiset(snapshot);
      return [];
    }
    let missed = known.missingIn(snapshot);
    if (missed.length === snapshot.length && snapshot.length >= EXECUTIONS_READ) {
      snapshot = await newest(EXECUTIONS_READ_MAX);
      missed = known.missingIn(snapshot);
    }
    for (const execution of missed) known.add(execution);
    known.keepNewest(2 * EXECUTIONS_READ_MAX);
    return missed;
  };
}

/** There is no state: the first call returns nothing. */
function readNotifications(rest: AccountRest): () => Promise<AccountNotification[]> {
  let lastId: number | null = null;
  return async () => {
    const isFirst = lastId === null;
    const found = await (lastId === null
      ? rest.notifications(undefined, 1)
      : rest.notifications(lastId));
    lastId = Math.max(lastId ?? 0, ...found.map(({ id }) => id));
    return isFirst ? [] : found.sort((a, b) => a.id - b.id);
  };
}

/** An alert that is not listed any more is returned once as a deleted one. */
function readAlerts(rest: AlertRest): () => Promise<PriceAlert[]> {
  let known = new Map<string, PriceAlert>();
  const withDeleted = async (): Promise<PriceAlert[]> => {
    const listed = new Map((await rest.all()).map((alert) => [alert.id, alert]));
    const deleted = [...known.values()].filter(({ id }) => !listed.has(id));
    known = listed;
    return [...listed.values(), ...deleted.map((alert) => ({ ...alert, status: "deleted" }))];
  };
  return changed(withDeleted, ({ id }) => id);
}
