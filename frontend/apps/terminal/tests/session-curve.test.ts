import { expect, test } from "vitest";
import { SessionCurve } from "../src/account/session-curve.ts";
import { MarketClock } from "../src/market-clock.ts";

const state = (equity: number, deposited = 0, seq = 1) => ({ equity, deposited, seq });

test("the curve has the last reported equity of each second", () => {
  const curve = new SessionCurve(new MarketClock());
  curve.add(5_000, state(97));
  curve.add(5_900, state(98));
  curve.add(7_100, state(99));
  expect(curve.points).toEqual([
    { time: 5_000, ...state(98) },
    { time: 7_000, ...state(99) },
  ]);
});

test("times never go back, even if the clocks differ", () => {
  const curve = new SessionCurve(new MarketClock());
  curve.add(100_000, state(100));
  curve.add(50_000, state(99));
  expect(curve.points).toEqual([{ time: 100_000, ...state(99) }]);
});

test("the number of points is bounded, and the newest stay", () => {
  const curve = new SessionCurve(new MarketClock());
  for (let second = 1; second <= 12_000; second += 1) curve.add(second * 1_000, state(second));
  expect(curve.points.length).toBeLessThanOrEqual(5_000);
  expect(curve.points.at(-1)).toEqual({ time: 12_000_000, ...state(12_000) });
});

test("a listener is called with every change until it is removed", () => {
  const curve = new SessionCurve(new MarketClock());
  let calls = 0;
  const stop = curve.onChange(() => {
    calls += 1;
  });
  curve.add(1_000, state(1));
  curve.add(1_500, state(2));
  stop();
  curve.add(2_000, state(3));
  expect(calls).toBe(2);
});
