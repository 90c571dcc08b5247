import { expect, test } from "vitest";
import { marginLimits, meterEnd } from "../src/account/margin-limits.ts";

const state = { equity: 1_000, usedMargin: 400, maintenanceMargin: 200 };

test("limits are sorted by the equity at which they are met", () => {
  expect(marginLimits(state, [150, 120])).toEqual([
    { kind: "warning", level: 150, equity: 600, distance: 400, distancePercent: 40 },
    { kind: "warning", level: 120, equity: 480, distance: 520, distancePercent: 52 },
    { kind: "liquidation", level: 50, equity: 200, distance: 800, distancePercent: 80 },
  ]);
});

test("a limit that is passed has a negative distance", () => {
  const [first] = marginLimits({ ...state, equity: 500 }, [150]);
  expect(first).toMatchObject({ distance: -100, distancePercent: -20 });
});

test("without margin there is no limit", () => {
  expect(marginLimits({ equity: 1_000, usedMargin: 0, maintenanceMargin: 0 }, [150])).toEqual([]);
});

test("positions that are paid in full are not liquidated", () => {
  const kinds = marginLimits({ ...state, maintenanceMargin: 0 }, [150]).map(({ kind }) => kind);
  expect(kinds).toEqual(["warning"]);
  expect(marginLimits({ equity: 1_000, usedMargin: 400 }, [])).toEqual([]);
});

test("without equity the distance has no percentage", () => {
  expect(marginLimits({ ...state, equity: 0 }, [])[0]?.distancePercent).toBe(0);
});

test("the first limit is in the middle of the meter", () => {
  expect(meterEnd(marginLimits(state, [150, 120]))).toBe(1_200);
  expect(meterEnd([])).toBe(0);
});
