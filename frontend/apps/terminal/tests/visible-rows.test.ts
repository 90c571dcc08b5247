import { expect, test } from "vitest";
import { scrollTopFor, visibleRows } from "../src/market/visible-rows.ts";

const view = (top: number, height = 400) => ({ top, height, rowHeight: 40 });

test("the rows in view are drawn, and a few around them", () => {
  expect(visibleRows(500, view(0))).toEqual({ first: 0, end: 16 });
  expect(visibleRows(500, view(4_000))).toEqual({ first: 94, end: 116 });
  expect(visibleRows(500, view(19_600))).toEqual({ first: 484, end: 500 });
  expect(visibleRows(3, view(0))).toEqual({ first: 0, end: 3 });
  expect(visibleRows(0, view(0))).toEqual({ first: 0, end: 0 });
});

test("a list that became shorter than its scroll position has rows", () => {
  const { first, end } = visibleRows(5, view(4_000));
  expect(end).toBe(5);
  expect(first).toBeLessThanOrEqual(5);
});

test("a row is scrolled into view by as little as possible", () => {
  expect(scrollTopFor(3, view(0))).toBe(0);
  expect(scrollTopFor(20, view(0))).toBe(440);
  expect(scrollTopFor(2, view(400))).toBe(80);
  const moved = view(scrollTopFor(99, view(0)));
  const { first, end } = visibleRows(100, moved);
  expect(first).toBeLessThan(99);
  expect(end).toBe(100);
});
