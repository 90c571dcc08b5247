import { expect, test } from "vitest";
import { timeTicks } from "../src/chart/time-ticks.ts";

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
const MONDAY = Date.UTC(2026, 0, 5);

function labels(times: number[], barPx: number): [number, string][] {
  const coordinates = times.map((_, index) => index * barPx);
  return timeTicks(times, coordinates).map(({ coord, text }) => [coord / barPx, text]);
}
const every = (step: number, from: number, count: number) =>
  Array.from({ length: count }, (_, index) => from + index * step);

test("ticks stand at the smallest round times that have enough room", () => {
  const times = every(MINUTE_MS, MONDAY + 600 * MINUTE_MS + MINUTE_MS, 120);
  expect(labels(times, 7).slice(0, 3)).toEqual([
    [14, "10:15"],
    [29, "10:30"],
    [44, "10:45"],
  ]);
  expect(labels(times, 3).slice(0, 2)).toEqual([
    [29, "10:30"],
    [59, "11:00"],
  ]);
});

test("a new day is shown by its date, also where the market was closed before", () => {
  const friday = every(MINUTE_MS, Date.UTC(2026, 0, 2, 20, 30), 30);
  const monday = every(MINUTE_MS, MONDAY + 870 * MINUTE_MS, 30);
  expect(labels([...friday, ...monday], 6)).toEqual([
    [15, "20:45"],
    [30, "5 Jan"],
    [45, "14:45"],
  ]);
});

test("days, months and years have labels of their own", () => {
  const days = every(DAY_MS, Date.UTC(2025, 11, 1), 62);
  expect(labels(days, 11).slice(0, 2)).toEqual([
    [7, "8 Dec"],
    [14, "15 Dec"],
  ]);
  expect(labels(days, 3)).toEqual([[31, "2026"]]);
  const seconds = every(1_000, MONDAY + 36_000_000, 20);
  expect(labels(seconds, 20)).toEqual([
    [5, "10:00:05"],
    [10, "10:00:10"],
    [15, "10:00:15"],
  ]);
});

test("many years are shown in steps of several", () => {
  const months = Array.from({ length: 228 }, (_, month) => Date.UTC(2007, month, 1));
  expect(labels(months, 3.5).map(([, text]) => text)).toEqual([
    ..."2008 2010 2012 2014 2016 2018 2020 2022 2024".split(" "),
  ]);
});

test("an empty chart has no ticks", () => {
  expect(timeTicks([], [])).toEqual([]);
});
