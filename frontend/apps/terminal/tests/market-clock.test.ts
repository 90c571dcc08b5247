import { expect, test } from "vitest";
import { SessionCurve } from "../src/account/session-curve.ts";
import { MarketClock } from "../src/market-clock.ts";

const START = Date.UTC(2020, 0, 6);

test.each([0, 1, 60])("the time of a market of speed %d is estimated from samples", (speed) => {
  const clock = new MarketClock();
  expect(clock.at(0)).toBeNull();
  for (let ms = 0; ms <= 20_000; ms += 10_000) clock.add(START + ms * speed, ms);
  expect(clock.at(25_000)).toBe(START + 25_000 * speed);
});

test("a paused market that a bot moves stands still between two moves", () => {
  const clock = new MarketClock();
  clock.add(START, 0, 0);
  clock.add(START + 192_000, 6_000, 0);
  expect(clock.at(9_000)).toBe(START + 192_000);
  clock.add(START + 192_000, 12_000);
  expect(clock.at(13_000)).toBe(START + 192_000);
});

test("a reported speed holds at once, until samples show that the market does not reach it", () => {
  const clock = new MarketClock();
  clock.add(START, 0, 3_600);
  expect(clock.at(1_000)).toBe(START + 3_600_000);
  clock.add(START + 5_000 * 200, 5_000, 3_600);
  expect(clock.at(6_000)).toBe(START + 6_000 * 200);
  clock.add(START + 6_000 * 200, 6_000, 0);
  expect(clock.at(7_000)).toBe(START + 6_000 * 200);
});

test("a live market whose venue is silent stands still after two samples", () => {
  const clock = new MarketClock();
  clock.add(START, 0, 1);
  clock.add(START, 10_000);
  expect(clock.at(15_000)).toBe(START);
});

test("the equity of a replay is on the clock of its market", () => {
  const clock = new MarketClock();
  const curve = new SessionCurve(clock);
  clock.add(START + 60_000, 5_000);
  curve.add(clock.at(6_000) ?? Number.NaN, { equity: 101, deposited: 100, seq: 1 });
  expect(curve.points).toEqual([{ time: START + 61_000, equity: 101, deposited: 100, seq: 1 }]);
});
