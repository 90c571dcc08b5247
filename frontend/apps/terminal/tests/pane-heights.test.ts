import { expect, test } from "vitest";
import { paneHeights } from "../src/chart/indicators/pane-heights.ts";

test("panes share half of the chart, and are not higher than usual", () => {
  expect(paneHeights(["a", "b"], {}, 800)).toEqual([110, 110]);
  expect(paneHeights(["a", "b"], {}, 300)).toEqual([75, 75]);
  expect(paneHeights(["a", "b"], {}, 100)).toEqual([40, 40]);
  expect(paneHeights([], {}, 100)).toEqual([]);
});

test("a height that a user chose stays, and leaves room for the prices", () => {
  expect(paneHeights(["a", "b"], { a: 200, c: 999 }, 800)).toEqual([200, 110]);
  expect(paneHeights(["a", "b"], { a: 500, b: 300 }, 500)).toEqual([250, 150]);
  expect(paneHeights(["a"], { a: 10 }, 800)).toEqual([40]);
});

test("what is stored and no height is ignored", () => {
  const stored = { a: "high", b: Number.NaN, c: -5 } as unknown as Record<string, number>;
  expect(paneHeights(["a", "b", "c"], stored, 800)).toEqual([110, 110, 110]);
});
