import { expect, test } from "vitest";
import { type Interval, layOutLabels, paneBetween } from "../src/chart/lines/label-layout.ts";

const SIZE = 20;

/** Return pseudo-random numbers from 0 to 1 of a seed. */
function randomsOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

test.each([
  { name: "one label stays", wanted: [50], obstacle: null, expected: [50] },
  { name: "two part in both directions", wanted: [50, 50], obstacle: null, expected: [40, 60] },
  { name: "none leaves the pane", wanted: [1, 2, 99], obstacle: null, expected: [10, 30, 90] },
  {
    name: "none covers the obstacle",
    wanted: [48, 52],
    obstacle: { from: 41, to: 59 },
    expected: [31, 69],
  },
  {
    name: "a side without room gives labels to the other",
    wanted: [5, 6],
    obstacle: { from: 22, to: 40 },
    expected: [10, 50],
  },
  {
    name: "an obstacle outside of the pane is none",
    wanted: [5],
    obstacle: { from: -20, to: -2 },
    expected: [10],
  },
  {
    name: "labels leave a part of the pane free",
    pane: { from: 26, to: 100 },
    wanted: [5, 6],
    obstacle: null,
    expected: [36, 56],
  },
  {
    name: "an obstacle in the free part is none",
    pane: { from: 26, to: 100 },
    wanted: [30],
    obstacle: { from: 8, to: 25 },
    expected: [36],
  },
])("$name", ({ pane = { from: 0, to: 100 }, wanted, obstacle, expected }) => {
  expect(layOutLabels(wanted, SIZE, pane, obstacle)).toEqual(expected);
});

test("labels keep their order, their distance and out of the obstacle, for any prices", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = randomsOf(seed);
    const wanted = Array.from({ length: Math.ceil(random() * 12) }, () => random() * 400).sort(
      (a, b) => a - b,
    );
    const from = random() * 440 - 20;
    const obstacle: Interval | null = random() < 0.7 ? { from, to: from + 17 } : null;
    const middles = layOutLabels(wanted, SIZE, { from: 0, to: 400 }, obstacle);
    expect(middles, `seed ${seed}`).toHaveLength(wanted.length);
    middles.forEach((middle, index) => {
      expect(middle, `seed ${seed}`).toBeGreaterThanOrEqual(SIZE / 2 - 1e-9);
      expect(middle, `seed ${seed}`).toBeLessThanOrEqual(400 - SIZE / 2 + 1e-9);
      const before = middles[index - 1] ?? Number.NEGATIVE_INFINITY;
      expect(middle - before, `seed ${seed}`).toBeGreaterThanOrEqual(SIZE - 1e-9);
      if (obstacle === null || obstacle.to <= 0 || obstacle.from >= 400) return;
      const isFree = middle + SIZE / 2 <= from + 1e-9 || middle - SIZE / 2 >= from + 17 - 1e-9;
      expect(isFree, `seed ${seed}`).toBe(true);
    });
  }
});

test("labels without enough room overlap evenly", () => {
  const middles = layOutLabels(
    [10, 10, 10, 10, 10],
    SIZE,
    { from: 0, to: 60 },
    { from: 20, to: 37 },
  );
  expect(middles).toEqual([10, 20, 30, 40, 50]);
});

test("a low pane has no margins, so that its labels do not lie on each other", () => {
  const margins = { from: 48, to: 48 };
  expect(paneBetween(148, margins, 52)).toEqual({ from: 48, to: 100 });
  expect(paneBetween(147, margins, 52)).toEqual({ from: 0, to: 147 });
  expect(paneBetween(80, margins, 26)).toEqual({ from: 0, to: 80 });
});
