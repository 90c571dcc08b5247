import { beforeEach, expect, test, vi } from "vitest";
import { DatafeedService } from "../src/datafeed-service.ts";
import { ApiError } from "../src/errors.ts";
import type { Bar } from "../src/model/market.ts";
import { FakeChart } from "./support/fake-chart.ts";
import { FakeMarket } from "./support/fake-market.ts";

const AAPL = { name: "AAPL", ticker: "NASDAQ:AAPL" };
const bar = (second: number, volume = 1): Bar => ({
  time: second * 1_000,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume,
});

let market: FakeMarket;
let datafeed: DatafeedService;
let chart: FakeChart;
let resets: number;

beforeEach(() => {
  vi.useFakeTimers();
  market = new FakeMarket();
  datafeed = new DatafeedService({ rest: market.rest, feeds: market.feeds });
  resets = 0;
});

const settle = () => vi.advanceTimersByTimeAsync(1);
const onReset = () => {
  resets += 1;
};
const told = () => chart.bars.map(({ time, volume }) => [time / 1_000, volume]);

/** A chart of the bars there are now. */
async function load(): Promise<void> {
  const period = { from: 0, to: 100, countBack: 100, firstDataRequest: true };
  const take = (bars: Bar[]) => {
    chart = new FakeChart(bars);
  };
  datafeed.getBars(AAPL, "1S", period, take, expect.fail);
  await settle();
}

test("bars that closed between the history and the subscription are not missing", async () => {
  market.bars = [bar(1), bar(2)];
  await load();
  market.bars = [bar(1), bar(2, 5), bar(3), bar(4, 2)];
  datafeed.subscribeBars(AAPL, "1S", chart.update, "chart", onReset);
  await settle();
  market.tell(bar(4, 3));
  expect(told()).toEqual([
    [1, 1],
    [2, 5],
    [3, 1],
    [4, 3],
  ]);
});

test("what the socket tells while history is read follows it, each bar at its fullest", async () => {
  market.bars = [bar(1)];
  await load();
  market.faults.push(new TypeError("fetch failed"));
  datafeed.subscribeBars(AAPL, "1S", chart.update, "chart", onReset);
  await settle();
  for (const each of [bar(2, 1), bar(2, 9), bar(3, 1)]) market.tell(each);
  market.bars = [bar(1, 2), bar(2, 5)];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told()).toEqual([
    [1, 2],
    [2, 9],
    [3, 1],
  ]);
  expect(resets).toBe(0);
});

test("bars that come late or twice are passed over", async () => {
  market.bars = [bar(1)];
  await load();
  let ticks = 0;
  const count = (each: Bar) => {
    ticks += 1;
    chart.update(each);
  };
  datafeed.subscribeBars(AAPL, "1S", count, "chart", onReset);
  await settle();
  for (const each of [bar(3), bar(2), bar(3), bar(1), bar(4)]) market.tell(each);
  expect(told().map(([time]) => time)).toEqual([1, 3, 4]);
  expect(ticks).toBe(2);
});

test("where what is missing cannot be had, the chart is to load again, and goes on", async () => {
  market.bars = [bar(1)];
  await load();
  market.faults.push(new ApiError(422, "window_too_wide", "Too many bars"));
  datafeed.subscribeBars(AAPL, "1S", chart.update, "chart", onReset);
  await settle();
  market.tell(bar(9));
  expect(resets).toBe(1);
  expect(chart.last.time).toBe(9_000);
});

test("a chart that takes up what it left is told nothing older than it has", async () => {
  market.bars = [bar(1)];
  await load();
  datafeed.subscribeBars(AAPL, "1S", chart.update, "first", onReset);
  await settle();
  market.tell(bar(5));
  datafeed.unsubscribeBars("first");
  await settle();
  expect(market.listeners).toBe(0);
  market.bars = [bar(1), bar(2), bar(5, 2), bar(6)];
  datafeed.subscribeBars(AAPL, "1S", chart.update, "second", onReset);
  await settle();
  expect(told().map(([time]) => time)).toEqual([1, 5, 6]);
});

test("scrolling back changes nothing at the other end", async () => {
  market.bars = [bar(1), bar(2), bar(3)];
  await load();
  const period = { from: 0, to: 2, countBack: 2, firstDataRequest: false };
  datafeed.getBars(AAPL, "1S", period, () => {}, expect.fail);
  await settle();
  datafeed.subscribeBars(AAPL, "1S", chart.update, "chart", onReset);
  await settle();
  expect(market.asked.at(-1)?.from).toBe(3);
});

test("an unsubscribed chart hears nothing, even of what was being read", async () => {
  market.bars = [bar(1)];
  await load();
  market.bars = [bar(1), bar(2)];
  datafeed.subscribeBars(AAPL, "1S", chart.update, "chart", onReset);
  datafeed.unsubscribeBars("chart");
  datafeed.unsubscribeBars("chart");
  await settle();
  expect(told()).toEqual([[1, 1]]);
});
