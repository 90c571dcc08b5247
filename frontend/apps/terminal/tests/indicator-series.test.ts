import type { KLineData } from "klinecharts";
import { expect, test } from "vitest";
import type { Calculation } from "../src/chart/indicators/calculations.ts";
import {
  createCalculation,
  INDICATORS,
  type IndicatorType,
} from "../src/chart/indicators/catalog.ts";
import { IndicatorSeries } from "../src/chart/indicators/indicator-series.ts";
import { initialSettings } from "../src/chart/indicators/settings.ts";
import { WorkQueue } from "../src/chart/indicators/work-queue.ts";
import { formingBars, randomBars, randomNumbers } from "./support/random-bars.ts";

/** A queue whose clock moves by 1 ms each time it is read, so that a slice is 8 parts. */
function steppedQueue() {
  const later: (() => void)[] = [];
  let ms = 0;
  const queue = new WorkQueue(
    () => {
      ms += 1;
      return ms;
    },
    (callback) => later.push(callback),
  );
  return {
    queue,
    later,
    runAll: () => {
      while (later.length > 0) later.shift()?.();
    },
  };
}

const dayOf = (ms: number): number => Math.floor(ms / 3_600_000);

function seriesOf(
  type: IndicatorType,
  queue = steppedQueue().queue,
  onRebuilt: (willDraw: boolean) => void = () => {},
) {
  const { parameters, source } = initialSettings(type, "1");
  let steps = 0;
  const create = (): Calculation => {
    const calculation = createCalculation(type, { parameters, source }, dayOf);
    return (...args) => {
      steps += 1;
      calculation(...args);
    };
  };
  const series = new IndicatorSeries(create, type.outputs.length, { queue, onRebuilt });
  return { series, steps: () => steps };
}

function batch(type: IndicatorType, bars: readonly KLineData[]): number[][] {
  const { parameters, source } = initialSettings(type, "1");
  const calculation = createCalculation(type, { parameters, source }, dayOf);
  return bars.map((bar) => {
    const row = new Array<number>(type.outputs.length).fill(Number.NaN);
    calculation(bar, false, row);
    return row;
  });
}

/** The chart's own list of bars, which it changes as klinecharts does. */
class Bars {
  list: KLineData[] = [];

  prepend(bars: readonly KLineData[]): void {
    this.list = [...bars, ...this.list];
  }
  update(bar: KLineData): void {
    const last = this.list.length - 1;
    if (this.list[last]?.timestamp === bar.timestamp) this.list[last] = bar;
    else this.list.push(bar);
  }
}

test.each(INDICATORS)("$name: streamed bars with replacements equal a batch", (type) => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const random = randomNumbers(seed);
    const closed = randomBars(160, seed);
    const bars = new Bars();
    const { series } = seriesOf(type);
    for (const bar of closed)
      for (const state of formingBars(bar, random)) {
        bars.update(state);
        if (random() < 0.8) series.sync(bars.list);
      }
    series.sync(bars.list);
    expect(series.rows, `seed ${seed}`).toEqual(batch(type, closed));
  }
});

test.each(INDICATORS)("$name: values recover when prices did not move at first", (type) => {
  const still = Array.from({ length: 120 }, (_, index) => ({
    timestamp: index * 60_000,
    ...{ open: 100, high: 100, low: 100, close: 100, volume: 0 },
  }));
  const moving = randomBars(200, 3, 120 * 60_000);
  const rows = batch(type, [...still, ...moving]);
  const last = (rows.at(-1) ?? []).slice(0, type.outputs.length);
  expect(last.every((value) => Number.isFinite(value))).toBe(true);
});

const byName = (name: string): IndicatorType =>
  INDICATORS.find((type) => type.name === name) as IndicatorType;

test("an update of the last of 50,000 bars, and a new one, cost one step each", () => {
  const bars = new Bars();
  bars.list = randomBars(50_000, 1);
  const stepped = steppedQueue();
  const { series, steps } = seriesOf(byName("ema"), stepped.queue);
  series.sync(bars.list);
  stepped.runAll();
  expect(steps()).toBe(50_000);
  expect(series.rows.length).toBe(50_000);
  const last = bars.list[49_999] as KLineData;
  for (let update = 1; update <= 10; update += 1) {
    bars.update({ ...last, close: last.close + update });
    series.sync(bars.list);
    expect(steps()).toBe(50_000 + update);
  }
  bars.update({ ...last, timestamp: last.timestamp + 60_000 });
  series.sync(bars.list);
  expect(steps()).toBe(50_011);
  series.sync(bars.list);
  expect(steps()).toBe(50_011);
});

test("values that older bars change are reported, also when they are computed at once", async () => {
  const all = randomBars(600, 1);
  const bars = new Bars();
  bars.list = all.slice(300);
  const { queue } = steppedQueue();
  const reports: boolean[] = [];
  const { series } = seriesOf(byName("obv"), queue, (willDraw) => reports.push(willDraw));
  series.sync(bars.list);
  await Promise.resolve();
  reports.length = 0;
  const before = series.rows.at(-1);
  bars.prepend(all.slice(0, 300));
  series.sync(bars.list);
  await Promise.resolve();
  expect(series.rows.at(-1)).not.toEqual(before);
  expect(reports).toEqual([true]);
});

test("many bars are computed in short parts, and then shown together", () => {
  const bars = new Bars();
  bars.list = randomBars(50_000, 1);
  const stepped = steppedQueue();
  let rebuilt = 0;
  const { series, steps } = seriesOf(byName("sma"), stepped.queue, () => {
    rebuilt += 1;
  });
  series.sync(bars.list);
  let before = steps();
  expect(before).toBeLessThanOrEqual(9 * 256);
  expect(series.rows.length).toBe(0);
  while (stepped.later.length > 0) {
    stepped.later.shift()?.();
    expect(steps() - before).toBeLessThanOrEqual(9 * 256);
    before = steps();
  }
  expect(rebuilt).toBe(1);
  expect(series.rows).toEqual(batch(byName("sma"), bars.list));
});

test("older bars keep the values at their bars, and live updates go on meanwhile", () => {
  const all = randomBars(8_000, 2);
  const bars = new Bars();
  bars.list = all.slice(6_000, 7_999);
  const stepped = steppedQueue();
  const { series } = seriesOf(byName("macd"), stepped.queue);
  series.sync(bars.list);
  stepped.runAll();
  const shown = series.rows.slice(-1_000).map((row) => [...row]);
  const sameRows = series.rows;
  bars.prepend(all.slice(0, 6_000));
  series.sync(bars.list);
  expect(series.rows.length).toBe(7_999);
  expect(series.rows.slice(-1_000)).toEqual(shown);
  bars.update({ ...(all[7_999] as KLineData), close: 1 });
  series.sync(bars.list);
  expect(series.rows.length).toBe(8_000);
  stepped.later.shift()?.();
  bars.update(all[7_999] as KLineData);
  series.sync(bars.list);
  stepped.runAll();
  expect(series.rows).toEqual(batch(byName("macd"), all));
  expect(series.rows).toBe(sameRows);
});

test("another series of bars begins again, also while older bars are computed", () => {
  const stepped = steppedQueue();
  const { series } = seriesOf(byName("rsi"), stepped.queue);
  series.sync(randomBars(20_000, 1));
  const others = randomBars(300, 2, 1_000_000_000);
  series.sync(others);
  stepped.runAll();
  expect(series.rows).toEqual(batch(byName("rsi"), others));
  series.sync([]);
  expect(series.rows).toEqual([]);
});
