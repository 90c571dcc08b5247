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
const shown = () => chart.bars.map(({ time, volume }) => [time / 1_000, volume]);

/** Load a chart of the present bars. */
async function load(): Promise<void> {
  const period = { from: 0, to: 100, countBack: 100, firstDataRequest: true };
  const onBars = (bars: Bar[]) => {
    chart = new FakeChart(bars);
  };
  datafeed.getBars(AAPL, "1S", period, onBars, expect.fail);
  await settle();
}

test("bars that closed between the history and the subscription are not missing", async () => {
  market.bars = [bar(1), bar(2)];
  await load();
  market.bars = [bar(1), bar(2, 5), bar(3), bar(4, 2)];
  datafeed.subscribeBars(AAPL, "1S", chart.update, "chart", onReset);
  await settle();
  market.publish(bar(4, 3));
  expect(shown()).toEqual([
    [1, 1],
    [2, 5],
    [3, 1],
    [4, 3],
  ]);
});

test("live bars that arrive during a backfill follow it, each with its largest volume", async () => {
  market.bars = [bar(1)];
  await load();
  market.faults.push(new TypeError("fetch failed"));
  datafeed.subscribeBars(AAPL, "1S", chart.update, "chart", onReset);
  await settle();
  for (const each of [bar(2, 1), bar(2, 9), bar(3, 1)]) market.publish(each);
  market.bars = [bar(1, 2), bar(2, 5)];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shown()).toEqual([
    [1, 2],
    [2, 9],
    [3, 1],
  ]);
  expect(resets).toBe(0);
});

test("late and repeated bars are ignored", async () => {
  market.bars = [bar(1)];
  await load();
  let ticks = 0;
  const count = (each: Bar) => {
    ticks += 1;
    chart.update(each);
  };
  datafeed.subscribeBars(AAPL, "1S", count, "chart", onReset);
  await settle();
  for (const each of [bar(3), bar(2), bar(3), bar(1), bar(4)]) market.publish(each);
  expect(shown().map(([time]) => time)).toEqual([1, 3, 4]);
  expect(ticks).toBe(2);
});

test("if missing bars cannot be read, the chart has to reset, and live bars continue", async () => {
  market.bars = [bar(1)];
  await load();
  market.faults.push(new ApiError(422, "window_too_wide", "Too many bars"));
  datafeed.subscribeBars(AAPL, "1S", chart.update, "chart", onReset);
  await settle();
  market.publish(bar(9));
  expect(resets).toBe(1);
  expect(chart.last.time).toBe(9_000);
});

test("a chart that subscribes a series again receives nothing older than it has", async () => {
  market.bars = [bar(1)];
  await load();
  datafeed.subscribeBars(AAPL, "1S", chart.update, "first", onReset);
  await settle();
  market.publish(bar(5));
  datafeed.unsubscribeBars("first");
  await settle();
  expect(market.listeners).toBe(0);
  market.bars = [bar(1), bar(2), bar(5, 2), bar(6)];
  datafeed.subscribeBars(AAPL, "1S", chart.update, "second", onReset);
  await settle();
  expect(shown().map(([time]) => time)).toEqual([1, 5, 6]);
});

test("scrolling back does not change the newest bar", async () => {
  market.bars = [bar(1), bar(2), bar(3)];
  await load();
  const period = { from: 0, to: 2, countBack: 2, firstDataRequest: false };
  datafeed.getBars(AAPL, "1S", period, () => {}, expect.fail);
  await settle();
  datafeed.subscribeBars(AAPL, "1S", chart.update, "chart", onReset);
  await settle();
  expect(market.requests.at(-1)?.from).toBe(3);
});

test("an unsubscribed chart receives nothing, not even from a running backfill", async () => {
  market.bars = [bar(1)];
  await load();
  market.bars = [bar(1), bar(2)];
  datafeed.subscribeBars(AAPL, "1S", chart.update, "chart", onReset);
  datafeed.unsubscribeBars("chart");
  datafeed.unsubscribeBars("chart");
  await settle();
  expect(shown()).toEqual([[1, 1]]);
});
