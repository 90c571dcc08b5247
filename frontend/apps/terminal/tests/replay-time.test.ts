import { expect, test } from "vitest";
import { parseInstant, progressOf, speedsWith, stepOf } from "../src/replay/replay-time.ts";

test.each([
  ["1S", 1_000],
  ["30S", 30_000],
  ["1", 60_000],
  ["240", 14_400_000],
  ["1D", 86_400_000],
  ["D", 86_400_000],
  ["1W", 604_800_000],
])("a step of the resolution %s is %i ms", (resolution, ms) => {
  expect(stepOf(resolution)).toBe(ms);
});

test("the progress of a jump is from 0 to 1, whatever is reported", () => {
  expect(progressOf(100, 100, 200)).toBe(0);
  expect(progressOf(100, 150, 200)).toBe(0.5);
  expect(progressOf(100, 250, 200)).toBe(1);
  expect(progressOf(100, 50, 200)).toBe(0);
  expect(progressOf(100, 100, 100)).toBe(1);
});

test("the present speed is among those to choose from, once and in order", () => {
  expect(speedsWith(60)).toEqual(speedsWith(1));
  expect(speedsWith(7)).toContain(7);
  expect(speedsWith(7)).toEqual([...speedsWith(7)].sort((a, b) => a - b));
});

test("the text of a datetime field is UTC", () => {
  expect(parseInstant("2026-01-05T10:30")).toBe(Date.UTC(2026, 0, 5, 10, 30));
  expect(parseInstant("")).toBeNull();
});
