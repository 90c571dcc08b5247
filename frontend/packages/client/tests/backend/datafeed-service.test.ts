// DatafeedService against a real backend.
import { expect, test } from "vitest";
import type { QuoteData, Trade } from "../../src/model/market.ts";
import { expectToEqualHistory, readHistory, SYMBOL } from "../support/bar-history.ts";
import { FakeChart } from "../support/fake-chart.ts";
import { proxiedClient } from "../support/proxied-client.ts";
import { until } from "../support/until.ts";

const setup = proxiedClient();

test("a chart finds its configuration, symbols and the server's time", async () => {
  const { datafeed } = setup.client;
  const configuration = await new Promise<object>((resolve) => datafeed.onReady(resolve));
  expect(configuration).toMatchObject({ supports_time: true });
  const found = await new Promise<object[]>((resolve) =>
    datafeed.searchSymbols("btc", "", "", resolve),
  );
  expect(found).toMatchObject([{ symbol: "BTCUSD" }]);
  const whole = await setup.client.rest.market.search("usd", "", "");
  const page = { offset: 2, limit: 3 };
  expect(await setup.client.rest.market.search("usd", "", "", page)).toEqual(whole.slice(2, 5));
  const symbol = await new Promise((resolve, reject) =>
    datafeed.resolveSymbol("BTCUSD", resolve, reject),
  );
  expect(symbol).toMatchObject({ name: "BTCUSD", format: "price" });
  const rejection = new Promise((_, reject) => datafeed.resolveSymbol("NOPE", () => {}, reject));
  await expect(rejection).rejects.toContain("NOPE");
  const now = await new Promise<number>((resolve) => datafeed.getServerTime(resolve));
  expect(Math.abs(now - Date.now() / 1_000)).toBeLessThan(60);
});

test("the last trades of a symbol go on in the feed", async () => {
  const live: Trade[] = [];
  const feed = setup.client.feeds.trades({ symbol: SYMBOL.name }, (trade) => live.push(trade));
  await until(() => live.length > 0);
  const trades = await setup.client.rest.market.trades(SYMBOL.name, 50);
  expect(trades.length).toBe(50);
  expect(trades).toContainEqual(live[0]);
  feed.unsubscribe();
});

test("quotes carry the requested names, and an unknown name its error", async () => {
  const quotes = new Map<string, QuoteData>();
  const take = (received: QuoteData[]) => {
    for (const quote of received) quotes.set(quote.n, quote);
  };
  setup.client.datafeed.subscribeQuotes(["EURUSD", "NOPE"], ["NASDAQ:AAPL"], take, "quotes");
  await until(() => quotes.size === 3);
  expect(quotes.get("NASDAQ:AAPL")?.s).toBe("ok");
  expect(quotes.get("NOPE")?.s).toBe("error");
  const quotesOnRequest = await new Promise<QuoteData[]>((resolve, reject) =>
    setup.client.datafeed.getQuotes(["AAPL", "NOPE"], resolve, reject),
  );
  expect(quotesOnRequest.map(({ n, s }) => [n, s])).toEqual([
    ["AAPL", "ok"],
    ["NOPE", "error"],
  ]);
  setup.client.datafeed.unsubscribeQuotes("quotes");
});

test("a chart never goes back in time, and misses no bar of an outage", async () => {
  const begin = Math.floor(Date.now() / 1_000);
  const { bars } = await readHistory(setup.client, "1S", begin - 60, begin + 60, 60);
  const chart = new FakeChart(bars);
  const faults: unknown[] = [];
  setup.client.datafeed.subscribeBars(SYMBOL, "1S", chart.update, "chart", () =>
    faults.push("reset"),
  );
  const loaded = chart.last.time;
  await until(() => chart.last.time > loaded);
  setup.proxy.cut();
  await until(() => setup.client.socket.state.phase !== "connected");
  const missed = Math.ceil(Date.now() / 1_000) * 1_000;
  await until(async () => (await setup.direct.rest.market.time()) * 1_000 > missed + 1_000);
  setup.proxy.restore();
  await until(() => chart.last.time > missed + 2_000);
  setup.client.datafeed.unsubscribeBars("chart");
  await expectToEqualHistory(setup.client, chart);
  expect(faults).toEqual([]);
});
