import { expect, test } from "vitest";
import { EquityCurve } from "../src/equity-curve.ts";

const line = (seconds: number, balance: number) => ({
  seq: seconds,
  kind: "deposit",
  amount: 0,
  balance,
  time: seconds * 1_000,
});

test("the curve has the balances of the past, then the reported equity", () => {
  const curve = new EquityCurve();
  curve.setHistory([line(1, 100), line(2, 90), line(2, 95)]);
  curve.add(5_000, 97);
  curve.add(5_900, 98);
  expect(curve.points).toEqual([
    { time: 1, value: 100 },
    { time: 2, value: 95 },
    { time: 5, value: 98 },
  ]);
});

test("equity that is reported before the history is loaded stays after it", () => {
  const curve = new EquityCurve();
  curve.add(3_000, 101);
  curve.setHistory([line(1, 100)]);
  expect(curve.points.map(({ value }) => value)).toEqual([100, 101]);
});

test("times never go back, even if the clocks differ", () => {
  const curve = new EquityCurve();
  curve.setHistory([line(100, 100)]);
  curve.add(50_000, 99);
  expect(curve.points).toEqual([{ time: 100, value: 99 }]);
});
