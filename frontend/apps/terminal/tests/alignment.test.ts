import { expect, test } from "vitest";
import { alignedCloses, type TimedClose } from "../src/chart/view/alignment.ts";
import { seededRandom } from "./support/seeded-random.ts";

const closes = (...pairs: [number, number][]): TimedClose[] =>
  pairs.map(([time, close]) => ({ time, close }));
const endAfter = (length: number) => (time: number) => time + length;

test("bars of the same times are aligned, and missing ones are gaps", () => {
  const other = closes([10, 1], [20, 2], [40, 4]);
  expect(alignedCloses([0, 10, 20, 30, 40], other, endAfter(10))).toEqual([null, 1, 2, null, 4]);
});

test("a bar takes the last of the bars that begin within it", () => {
  const other = closes([0, 1], [5, 2], [10, 3], [15, 4], [25, 5]);
  expect(alignedCloses([0, 10, 20], other, endAfter(10))).toEqual([2, 4, 5]);
  // Hourly bars from half past nine on, against those of a market around the clock.
  expect(alignedCloses([30, 90], closes([0, 1], [60, 2], [120, 3]), endAfter(60))).toEqual([2, 3]);
});

test("what happens while the market is closed belongs to no bar", () => {
  const other = closes([10, 1], [20, 2], [30, 3], [100, 9]);
  expect(alignedCloses([10, 100], other, endAfter(10))).toEqual([1, 9]);
});

test("the alignment of a part equals the part of the alignment", () => {
  const { seed, random } = seededRandom();
  const ascending = (count: number) => {
    let time = 0;
    return Array.from({ length: count }, () => {
      time += 1 + Math.floor(random() * 30);
      return time;
    });
  };
  for (let count = 0; count < 200; count += 1) {
    const times = ascending(40);
    const other = ascending(60).map((time) => ({ time, close: random() }));
    const all = alignedCloses(times, other, endAfter(20));
    const [from, to] = [Math.floor(random() * 20), 20 + Math.floor(random() * 20)];
    const part = alignedCloses(times.slice(from, to), other, endAfter(20), times[to]);
    expect(part, `seed ${seed}`).toEqual(all.slice(from, to));
  }
});
