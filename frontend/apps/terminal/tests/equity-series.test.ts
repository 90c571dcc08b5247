import type { EquityHistory } from "@trading-api/client";
import { expect, test } from "vitest";
import { moneyScale, nearestPoint, timeScale } from "../src/account/curve-scale.ts";
import { duration } from "../src/account/duration.ts";
import {
  DAY_MS,
  dayProfit,
  equitySeries,
  pointsIn,
  rangeStart,
  withoutDeposits,
} from "../src/account/equity-series.ts";
import type { CurvePoint } from "../src/account/session-curve.ts";

const day = (number: number, equity: number, deposits = 0, drawdown = 0) => ({
  time: number * DAY_MS,
  equity,
  balance: equity,
  openPL: 0,
  deposits,
  drawdown,
  drawdownPercent: 0,
});

const history: EquityHistory = {
  startTime: 10 * DAY_MS + 5,
  startReason: "opened",
  startBalance: 1_000,
  startSeq: 1,
  seq: 20,
  deposited: 1_500,
  currency: "USD",
  valuation: "dailyClose",
  points: [day(10, 1_100), day(11, 1_050, 0, 50), day(12, 1_560, 500, 40)],
};

const noon = 12.5 * DAY_MS;

/** A point of the session some seconds after noon, with the deposits of the history. */
const at = (second: number, point: Partial<CurvePoint> = {}): CurvePoint => ({
  time: noon + second * 1_000,
  equity: 1_540,
  deposited: 1_500,
  seq: 20,
  ...point,
});

test("whole days stand at their ends, and the session follows them", () => {
  const points = equitySeries(history, [at(0, { equity: 1_540 })]);
  expect(points.map(({ time, equity }) => [time, equity])).toEqual([
    [10 * DAY_MS + 5, 1_000],
    [11 * DAY_MS, 1_100],
    [12 * DAY_MS, 1_050],
    [noon, 1_540],
  ]);
});

test("deposits are no gains, and the drawdown continues from the highest value", () => {
  // The highest value is 1,100 without deposits, and 1,600 with those of the present.
  const [last] = equitySeries(history, [at(0, { equity: 1_540 })]).slice(-1);
  expect(last).toMatchObject({ drawdown: 60, drawdownPercent: (60 / 1_600) * 100 });
  const session = [at(0, { equity: 1_700 }), at(1, { equity: 1_690 })];
  expect(equitySeries(history, session).map(({ drawdown }) => drawdown)).toEqual([0, 0, 50, 0, 10]);
});

test.each([
  ["a deposit", [50_000]],
  ["a withdrawal", [-20_000]],
  ["two deposits in a second", [30_000, 20_000]],
  ["a deposit before the session, and one in it", [7_000, 50_000]],
])("%s in the session is no drawdown", (_, movements) => {
  const before = movements[0] === 7_000 ? 7_000 : 0;
  const paid = movements.reduce((sum, each) => sum + each, 0);
  const start = { ...history, startBalance: 100_000, seq: 9, deposited: 100_000 + paid };
  const points = [day(11, 100_000 + before, before), day(12, 100_000 + paid, paid)];
  const session = [before, before, paid, paid].map((deposits, index) => ({
    time: noon + index * 1_000,
    equity: 100_000 + deposits,
    deposited: 100_000 + deposits,
    seq: deposits === paid ? 9 : 7,
  }));
  const shown = equitySeries({ ...start, points }, session).slice(-4);
  expect(shown.map(({ drawdown }) => drawdown)).toEqual([0, 0, 0, 0]);
  expect(shown.map(({ deposits }) => deposits)).toEqual([before, before, paid, paid]);
});

test("no gain is shown for a deposit that was not read yet, nor for a commission of its amount", () => {
  // A point of which nothing but the equity and the sequence changed is a gain of the market.
  const session = [
    at(0, { equity: 1_540, seq: 20 }),
    at(1, { equity: 1_490, seq: 21 }),
    at(2, { equity: 51_490, deposited: 51_500, seq: 22 }),
  ];
  const shown = equitySeries(history, session).slice(-2);
  expect(shown.map(({ equity, deposits }) => [equity, deposits])).toEqual([
    [1_540, 500],
    [1_490, 500],
  ]);
  const points = [...history.points.slice(0, -1), day(12, 51_490, 50_500)];
  const read = { ...history, points, deposited: 51_500, seq: 22 };
  const gains = withoutDeposits(equitySeries(read, session)).slice(-3);
  expect(gains.map(({ equity }) => equity)).toEqual([1_040, 990, 990]);
});

test("a reset begins the curve of the session again", () => {
  const reset = at(2, { equity: 5_000, deposited: 5_000, seq: 23 });
  const later = at(3, { equity: 4_990, deposited: 5_000, seq: 25 });
  const session = [at(0, { seq: 20 }), at(1, { seq: 22 }), reset, later];
  // Until the server has read it, nothing after the reset is shown.
  expect(equitySeries(history, session).at(-1)).toMatchObject({ time: noon + 1_000 });
  const read: EquityHistory = {
    ...history,
    startTime: noon + 1_500,
    startReason: "reset",
    startBalance: 5_000,
    startSeq: 23,
    seq: 24,
    deposited: 5_000,
    points: [day(12, 4_990, 0, 10)],
  };
  expect(equitySeries(read, session).map(({ equity, deposits }) => [equity, deposits])).toEqual([
    [5_000, 0],
    [5_000, 0],
    [4_990, 0],
  ]);
});

test("what was paid in before older events were removed is no deposit of the curve", () => {
  const removed: EquityHistory = { ...history, startReason: "removed", deposited: 9_500 };
  const last = equitySeries(removed, [at(0, { deposited: 9_500 })]).at(-1);
  expect(last).toMatchObject({ deposits: 500, drawdown: 60 });
});

test("the curve can leave out deposits and withdrawals", () => {
  const points = withoutDeposits(equitySeries(history, [at(0, { equity: 1_540 })]));
  expect(points.map(({ equity }) => equity)).toEqual([1_000, 1_100, 1_050, 1_040]);
});

test("without a session the last point is the present that the server stated", () => {
  const last = equitySeries(history, []).at(-1);
  expect(last).toMatchObject({ time: 12 * DAY_MS, equity: 1_560, drawdown: 40 });
});

test("where older events were removed, the curve begins with the first day", () => {
  const points = equitySeries({ ...history, startReason: "removed" }, []);
  expect(points[0]?.time).toBe(11 * DAY_MS);
});

test("an account without points has no curve", () => {
  expect(equitySeries({ ...history, points: [] }, [])).toEqual([]);
});

test("a range begins with the last point before it", () => {
  const session = [at(0, { equity: 1_540 }), at(1, { equity: 1_541 })];
  const points = equitySeries(history, session);
  expect(pointsIn(points, "all", session)).toEqual(points);
  expect(pointsIn(points, "session", session).map(({ equity }) => equity)).toEqual([1_540, 1_541]);
  expect(pointsIn(points, "week", session)).toEqual(points);
  const later = points.map((point) => ({ ...point, time: point.time + 6.5 * DAY_MS }));
  expect(pointsIn(later, "week", [])).toEqual(later);
  const exact = points.map((point) => ({ ...point, time: point.time + 7.5 * DAY_MS }));
  expect(pointsIn(exact.slice(0, 3), "week", []).length).toBe(3);
  expect(rangeStart("week", 12.5 * DAY_MS)).toBe(5 * DAY_MS);
  expect(rangeStart("all", noon)).toBeUndefined();
});

test("the profit of the day leaves out deposits", () => {
  expect(dayProfit(history, { equity: 1_570, balance: 1_560 })).toBe(20);
  const first = { ...history, points: history.points.slice(0, 1) };
  expect(dayProfit(first, { equity: 1_100, balance: 1_100 })).toBe(100);
  expect(dayProfit({ ...history, points: [] }, { equity: 5, balance: 5 })).toBe(0);
});

test("a deposit that was not read yet is no profit of the day", () => {
  expect(dayProfit(history, { equity: 51_570, balance: 51_560 })).toBe(10);
});

test("the day before may be long ago", () => {
  const points = [day(10, 1_100), day(90, 1_150)];
  expect(dayProfit({ ...history, points }, { equity: 1_160, balance: 1_150 })).toBe(60);
});

test("the scale of money has round steps and includes all values", () => {
  const scale = moneyScale(99_950, 100_130, 100, 0, 5);
  expect(scale.ticks).toEqual([99_950, 100_000, 100_050, 100_100]);
  expect(scale.at(99_950)).toBeLessThan(100);
  expect(scale.at(100_130)).toBeGreaterThan(0);
  const flat = moneyScale(5, 5, 100, 0, 4);
  expect(flat.at(5)).toBeCloseTo(50);
  expect(flat.ticks.length).toBeGreaterThan(0);
});

test("the scale of time has whole days or minutes", () => {
  expect(timeScale(0, 10 * DAY_MS, 0, 100, 5).ticks.every((tick) => tick % DAY_MS === 0)).toBe(
    true,
  );
  expect(timeScale(5, 600_000, 0, 100, 5).ticks).toEqual([
    120_000, 240_000, 360_000, 480_000, 600_000,
  ]);
  expect(timeScale(0, 9_000 * DAY_MS, 0, 100, 5).ticks.length).toBeLessThanOrEqual(6);
});

test("the nearest point is found by time", () => {
  const points = equitySeries(history, [at(0, { equity: 1_540 })]);
  expect(nearestPoint(points, 0)).toBe(0);
  expect(nearestPoint(points, 11.4 * DAY_MS)).toBe(1);
  expect(nearestPoint(points, 11.6 * DAY_MS)).toBe(2);
  expect(nearestPoint(points, 99 * DAY_MS)).toBe(3);
});

test.each([
  [0, "0s"],
  [40_400, "40s"],
  [125_000, "2m 5s"],
  [7_200_000, "2h"],
  [3 * DAY_MS + 4 * 3_600_000 + 59_000, "3d 4h"],
])("a duration of %d ms is shown in its two largest units", (ms, text) => {
  expect(duration(ms)).toBe(text);
});
