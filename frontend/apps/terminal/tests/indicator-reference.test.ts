import type { KLineData } from "klinecharts";
import { expect, test } from "vitest";
import {
  createCalculation,
  INDICATORS,
  type IndicatorType,
} from "../src/chart/indicators/catalog.ts";
import { initialSettings } from "../src/chart/indicators/settings.ts";
import { SessionClock } from "../src/chart/session-clock.ts";
import reference from "./support/generated/indicator-reference.json" with { type: "json" };

/**
 * The bars after which indicators are compared: they depend on all earlier bars, from other first
 * values than TA-Lib's. The library's Ichimoku begins with its longest average.
 */
const WARM_UP = {
  ...{ ema: 400, macd: 400, atr: 300, adx: 500, keltner: 400, supertrend: 400 },
  ichimoku: 52,
};
const TOLERANCE = 1e-9;

const bars: KLineData[] = reference.bars.map(
  ([timestamp = 0, open = 0, high = 0, low = 0, close = 0, volume = 0]) => ({
    timestamp,
    ...{ open, high, low, close, volume },
  }),
);
const values = reference as unknown as Record<string, (number | null)[]>;
const clock = new SessionClock({ session: "0930-1600", timezone: "America/New_York" });

function rowsOf(type: IndicatorType): number[][] {
  const update = createCalculation(type, initialSettings(type, "1"), (ms) => clock.dayOf(ms));
  return bars.map((bar) => {
    const row = type.outputs.map(() => Number.NaN);
    update(bar, false, row);
    return row;
  });
}

const compared = INDICATORS.flatMap((type) =>
  type.outputs.map((output, column) => ({ type, column, name: `${type.name}.${output.name}` })),
).filter(({ name }) => name in values);

test("every indicator is compared with TA-Lib", () => {
  const names = new Set(compared.map(({ type }) => type.name));
  expect(INDICATORS.filter(({ name }) => !names.has(name)).map(({ name }) => name)).toEqual([]);
  expect(compared.length).toBe(Object.keys(reference).length - 3);
});

test.each(compared)("$name agrees with TA-Lib on recorded bars", ({ type, column, name }) => {
  const rows = rowsOf(type);
  const warmUp = WARM_UP[type.name as keyof typeof WARM_UP] ?? 0;
  const places = reference.indexes
    .map((index, place) => ({ index, expected: values[name]?.[place] ?? null }))
    .filter(({ index }) => index >= warmUp);
  let compared = 0;
  for (const { index, expected } of places) {
    const actual = rows[index]?.[column] ?? Number.NaN;
    if (expected === null) {
      expect(actual, `bar ${index}`).toBeNaN();
      continue;
    }
    compared += 1;
    const scale = Math.max(1, Math.abs(expected));
    expect(
      Math.abs(actual - expected) / scale,
      `bar ${index}: ${actual}, ${expected}`,
    ).toBeLessThan(TOLERANCE);
  }
  expect(compared).toBeGreaterThan(10);
});
