import { expect, test } from "vitest";
import { EquityCurve } from "../src/equity-curve.ts";
import { MarketClock } from "../src/market-clock.ts";

const START = Date.UTC(2020, 0, 6);

test.each([0, 1, 60])("the time of a market of speed %d is estimated from samples", (speed) => {
  const clock = new MarketClock();
  expect(clock.at(0)).toBeNull();
  for (let ms = 0; ms <= 20_000; ms += 10_000) clock.add(START + ms * speed, ms);
  expect(clock.at(25_000)).toBe(START + 25_000 * speed);
});

test("the equity of a replay follows its cash lines on one clock", () => {
  const clock = new MarketClock();
  const curve = new EquityCurve();
  clock.add(START + 60_000, 5_000);
  curve.setHistory([{ seq: 1, kind: "deposit", amount: 100, balance: 100, time: START }]);
  curve.add(clock.at(6_000) ?? Number.NaN, 101);
  expect(curve.points).toEqual([
    { time: START / 1_000, value: 100 },
    { time: START / 1_000 + 61, value: 101 },
  ]);
});
