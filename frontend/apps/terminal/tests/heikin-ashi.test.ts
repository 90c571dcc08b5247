import { expect, test } from "vitest";
import { HeikinAshi, heikinAshiOf, type Prices } from "../src/chart/view/heikin-ashi.ts";
import { seededRandom } from "./support/seeded-random.ts";

const bar = (open: number, high: number, low: number, close: number): Prices => ({
  open,
  high,
  low,
  close,
});

test("a bar takes the middle of the bar before as its open, and its average as its close", () => {
  const bars = new HeikinAshi().update([
    bar(10, 14, 8, 12),
    bar(12, 13, 11, 12),
    bar(20, 22, 18, 21),
  ]);
  expect(bars).toEqual([bar(11, 14, 8, 11), bar(11, 13, 11, 12), bar(11.5, 22, 11.5, 20.25)]);
});

test("bars that are updated, appended, prepended or read again equal a new computation", () => {
  const { seed, random } = seededRandom();
  const price = () => 50 + Math.floor(random() * 10_000) / 100;
  const randomBar = (): Prices => {
    const [open, close] = [price(), price()];
    return bar(open, Math.max(open, close) + price(), Math.min(open, close) - 40, close);
  };
  const recomputed = (source: readonly Prices[]) => {
    const bars: Prices[] = [];
    for (const each of source) bars.push(heikinAshiOf(each, bars.at(-1)));
    return bars;
  };
  const live = new HeikinAshi();
  let source: Prices[] = [];
  for (let step = 0; step < 600; step += 1) {
    const chance = random();
    // The chart changes its own list for live bars, and makes a new one for pages and reloads.
    if (chance < 0.55 && source.length > 0) source[source.length - 1] = randomBar();
    else if (chance < 0.9) source.push(randomBar());
    else if (chance < 0.97) source = [randomBar(), randomBar(), ...source];
    else source = source.slice(-3).map(randomBar);
    if (random() < 0.7) expect(live.update(source), `seed ${seed}`).toEqual(recomputed(source));
  }
});

test("a live bar costs one computation, however many bars there are", () => {
  let reads = 0;
  const counted = (): Prices => ({
    get open() {
      reads += 1;
      return 1;
    },
    high: 2,
    low: 1,
    close: 2,
  });
  const source = Array.from({ length: 1_000 }, counted);
  const live = new HeikinAshi();
  live.update(source);
  reads = 0;
  source[999] = counted();
  live.update(source);
  expect(reads).toBe(1);
  source.push(counted());
  live.update(source);
  expect(reads).toBe(3);
});
