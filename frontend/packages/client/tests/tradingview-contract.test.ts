// The client against the types of TradingView's library. `tsc` checks the assignments: each member
// that the library requires, and each optional one that the client has.
import { expect, test } from "vitest";
import { BrokerTerminalService } from "../src/broker-terminal-service.ts";
import type { DatafeedService } from "../src/datafeed-service.ts";
import type {
  Equity,
  Execution,
  InstrumentInfo,
  Order,
  Position,
  PositionPL,
} from "../src/model/broker.ts";
import type { Orderbook, QuoteData } from "../src/model/market.ts";
import type { AccountRest, Rest } from "../src/rest-client.ts";
import { TradingClient } from "../src/trading-client.ts";
import type { AccountManagerInfo, BrokerHost } from "../src/tradingview/broker.ts";
import type { ResolvedSymbol } from "../src/tradingview/datafeed.ts";
import { SimpleWatchedValue } from "../src/watched-value.ts";
import { WsFallback } from "../src/ws-fallback.ts";
import { FakeHost } from "./support/fake-host.ts";
import type * as TradingView from "./types/charting-library.d.ts";

/** The lines of the README. */
export const widgetOptions = (client: TradingClient, id: string) =>
  ({
    datafeed: client.datafeed,
    broker_factory: (host) =>
      new BrokerTerminalService(host, { rest: client.rest, feeds: client.feeds, accountId: id }),
  }) satisfies TradingView.TradingTerminalWidgetOptions;

/** The form of existing front ends. */
export const existingWidgetOptions = (client: TradingClient) =>
  ({
    datafeed: client.datafeed,
    broker_factory: (host) => new BrokerTerminalService(host, client.datafeed),
  }) satisfies TradingView.TradingTerminalWidgetOptions;

type Configuration = Awaited<ReturnType<AccountRest["configuration"]>>;

/** Compiles only if the argument is assignable to `Expected`. */
const fits = <Expected>(_actual: Expected): void => {};
const of = <T>(): T => undefined as T;

type Feed = Required<TradingView.IBasicDataFeed & TradingView.IDatafeedQuotesApi>;
type Broker = Required<TradingView.IBrokerTerminal>;
type Service = BrokerTerminalService<TradingView.ActionMetaInfo>;
type Host = TradingView.IBrokerConnectionAdapterHost;
type Options = Required<TradingView.TradingTerminalWidgetOptions>;

test("the client has every member of the library's interfaces", () => {
  fits<Feed>(of<DatafeedService>());
  fits<Broker>(of<Service>());
  fits<BrokerHost<TradingView.ActionMetaInfo>>(of<Host>());
  fits<Options["broker_config"]>(of<Configuration>());
  fits<TradingView.IWatchedValue<number>>(of<SimpleWatchedValue<number>>());
});

test("what the client returns and reports has the library's types", () => {
  fits<TradingView.Order>(of<Order>());
  fits<TradingView.Position>(of<Position>());
  fits<TradingView.Execution>(of<Execution>());
  fits<TradingView.InstrumentInfo>(of<InstrumentInfo>());
  fits<TradingView.QuoteData>(of<QuoteData>());
  fits<TradingView.DOMData>(of<Orderbook>());
  fits<TradingView.AccountManagerInfo>(of<AccountManagerInfo>());
  // What the library passes to the client.
  fits<Order>(of<TradingView.Order>());
  fits<ResolvedSymbol>(of<TradingView.LibrarySymbolInfo>());
});

test("the context menu of the chart has the actions of the host", async () => {
  const actions = [{ text: "Buy", action: () => {} }];
  const host = new FakeHost();
  const withMenu: BrokerHost<TradingView.ActionMetaInfo> = Object.assign(host, {
    defaultContextMenuActions: async () => actions,
  });
  const broker = new BrokerTerminalService(withMenu, emptyAccount());
  expect(await broker.chartContextMenuActions({ symbol: "AAPL" })).toBe(actions);
  const plain = new BrokerTerminalService(new FakeHost(), emptyAccount());
  expect(await plain.chartContextMenuActions({})).toEqual([]);
  broker.stop();
  plain.stop();
});

test("the available margin is reported with each change, and on request", async () => {
  let publish: (equity: Equity) => void = () => {};
  const feeds = new WsFallback({
    equity: (_, send) => {
      publish = send;
      return () => {};
    },
  });
  const host = new FakeHost();
  const broker = new BrokerTerminalService(host, { ...emptyAccount(), feeds });
  broker.subscribeMarginAvailable("AAPL");
  expect(host.margins).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 1));
  const figures = { equity: 10, balance: 10, unrealizedPL: 0, realizedPL: 0 };
  publish({ ...figures, usedMargin: 4, freeMargin: 6 });
  expect(host.margins).toEqual([6]);
  broker.subscribeMarginAvailable("MSFT");
  expect(host.margins).toEqual([6, 6]);
  broker.unsubscribeMarginAvailable("AAPL");
  broker.stop();
});

test("the profit of a position is reported with every change of its price", async () => {
  let publish: (profit: PositionPL) => void = () => {};
  const feeds = new WsFallback({
    positionPL: (_, send) => {
      publish = send;
      return () => {};
    },
  });
  const host = new FakeHost();
  const broker = new BrokerTerminalService(host, { ...emptyAccount(), feeds });
  await new Promise((resolve) => setTimeout(resolve, 1));
  publish({ symbol: "AAPL", pl: -1, plPercent: -0.1, price: 99 });
  publish({ symbol: "AAPL", pl: 2, plPercent: 0.2, price: 102 });
  expect(host.profits).toEqual([
    ["AAPL", -1],
    ["AAPL", 2],
  ]);
  broker.stop();
});

test("a watched value calls its subscribers, and `when` once it is truthy", () => {
  const value = new SimpleWatchedValue(0);
  const seen: string[] = [];
  const listener = (each: number) => seen.push(`all ${each}`);
  value.subscribe(listener);
  value.subscribe((each) => seen.push(`once ${each}`), { once: true });
  value.when((each) => seen.push(`when ${each}`));
  value.setValue(1);
  value.setValue(2);
  value.unsubscribe(listener);
  value.setValue(3);
  value.when((each) => seen.push(`now ${each}`));
  expect(seen).toEqual(["all 1", "once 1", "when 1", "all 2", "now 3"]);
});

test("the client can be built for the library", () => {
  const client = new TradingClient({ baseUrl: "http://127.0.0.1:1" });
  expect(widgetOptions(client, "DEMO").datafeed).toBe(client.datafeed);
  client.close();
});

const emptyAccount = () => ({
  rest: {
    account: () => ({ orders: async () => [], recentExecutions: async () => [] }),
  } as unknown as Rest,
  feeds: new WsFallback(),
  accountId: "DEMO",
});
