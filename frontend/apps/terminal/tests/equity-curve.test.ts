import { expect, test } from "vitest";
import { EquityCurve } from "../src/equity-curve.ts";

const line = (seconds: number, balance: number) => ({
  seq: seconds,
  kind: "deposit",
  amount: 0,
  balance,
  time: seconds * 1_000,
});

test("the curve is the balances of the past, then the equity as it is told", () => {
  const curve = new EquityCurve();
  curve.begin([line(1, 100), line(2, 90), line(2, 95)]);
  curve.add(5_000, 97);
  curve.add(5_900, 98);
  expect(curve.points).toEqual([
    { time: 1, value: 100 },
    { time: 2, value: 95 },
    { time: 5, value: 98 },
  ]);
});

test("equity that was told before the past was read stays behind it", () => {
  const curve = new EquityCurve();
  curve.add(3_000, 101);
  curve.begin([line(1, 100)]);
  expect(curve.points.map(({ value }) => value)).toEqual([100, 101]);
});

test("times never go back, whatever the clocks say", () => {
  const curve = new EquityCurve();
  curve.begin([line(100, 100)]);
  curve.add(50_000, 99);
  expect(curve.points).toEqual([{ time: 100, value: 99 }]);
});
