import { expect, test } from "vitest";
import { periodOf } from "../src/chart/period.ts";

test.each([
  ["1S", "second", 1],
  ["15", "minute", 15],
  ["240", "minute", 240],
  ["1D", "day", 1],
  ["D", "day", 1],
  ["W", "week", 1],
  ["12M", "month", 12],
])("%s has the period of a %s, %i times", (resolution, type, span) => {
  expect(periodOf(resolution)).toEqual({ type, span });
});
