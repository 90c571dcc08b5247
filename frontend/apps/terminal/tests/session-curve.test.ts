import { expect, test } from "vitest";
import { SessionCurve } from "../src/account/session-curve.ts";

test("the curve has the last reported equity of each second", () => {
  const curve = new SessionCurve();
  curve.add(5_000, 97, 0);
  curve.add(5_900, 98, 0);
  curve.add(7_100, 99, 0);
  expect(curve.points).toEqual([
    { time: 5_000, value: 98, cash: 0 },
    { time: 7_000, value: 99, cash: 0 },
  ]);
});

test("times never go back, even if the clocks differ", () => {
  const curve = new SessionCurve();
  curve.add(100_000, 100, 0);
  curve.add(50_000, 99, 0);
  expect(curve.points).toEqual([{ time: 100_000, value: 99, cash: 0 }]);
});

test("the number of points is bounded, and the newest stay", () => {
  const curve = new SessionCurve();
  for (let second = 1; second <= 12_000; second += 1) curve.add(second * 1_000, second, 0);
  expect(curve.points.length).toBeLessThanOrEqual(5_000);
  expect(curve.points.at(-1)).toEqual({ time: 12_000_000, value: 12_000, cash: 0 });
});

test("a listener is called with every change until it is removed", () => {
  const curve = new SessionCurve();
  let calls = 0;
  const stop = curve.onChange(() => {
    calls += 1;
  });
  curve.add(1_000, 1, 0);
  curve.add(1_500, 2, 0);
  stop();
  curve.add(2_000, 3, 0);
  expect(calls).toBe(2);
});
