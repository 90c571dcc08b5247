import type { AxisRange } from "klinecharts";
import { expect, test } from "vitest";
import { logTicks, scaledRange } from "../src/chart/view/scales.ts";

const RANGE = {} as AxisRange;

test("a percent scale has the base at zero", () => {
  const range = scaledRange("percent", RANGE, { from: 90, to: 120, base: 100 });
  expect(range).toMatchObject({ from: 90, to: 120, range: 30 });
  expect(range.realFrom).toBeCloseTo(-10);
  expect(range.realTo).toBeCloseTo(20);
  expect(range.displayRange).toBeCloseTo(30);
});

test("a logarithmic scale has the same height for the same factor", () => {
  const range = scaledRange("log", RANGE, { from: 10, to: 1_000, base: 10 });
  expect([range.realFrom, range.realTo]).toEqual([1, 3]);
  expect([range.displayFrom, range.displayTo]).toEqual([10, 1_000]);
});

test("prices of zero and below fit every scale", () => {
  const range = scaledRange("log", RANGE, { from: -5, to: 100, base: 0 });
  expect(Number.isFinite(range.realFrom)).toBe(true);
  expect(range.realFrom).toBeLessThan(range.realTo);
  const percent = scaledRange("percent", RANGE, { from: -5, to: 100, base: 0 });
  expect([percent.realFrom, percent.realTo]).toEqual([-5, 100]);
});

test("ticks of a logarithmic scale are round, and far enough apart", () => {
  expect(logTicks(9, 2_000, 0.1)).toEqual([10, 20, 50, 100, 200, 500, 1_000, 2_000]);
  expect(logTicks(0.5, 80_000, 0.15)).toEqual([1, 10, 100, 1_000, 10_000]);
  expect(logTicks(100, 150, 0.1)).toBe(null);
  expect(logTicks(0, 150, 0.1)).toBe(null);
});
