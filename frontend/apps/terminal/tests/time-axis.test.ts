import { expect, test } from "vitest";
import { barPeriod, barTime } from "../src/chart/view/time-axis.ts";
import { timeZone, UTC } from "../src/chart/view/time-zone.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const TOKYO = timeZone("Asia/Tokyo");
const HONOLULU = timeZone("Pacific/Honolulu");

test("intraday bars have the time of their zone", () => {
  expect(barTime(at("2026-01-05T14:30"), "5", UTC)).toBe("5 Jan 2026 14:30");
  expect(barTime(at("2026-01-05T14:30"), "5", HONOLULU)).toBe("5 Jan 2026 04:30");
  expect(barTime(at("2026-01-05T18:30:05"), "5S", TOKYO)).toBe("6 Jan 2026 03:30:05");
});

test("bars of days and more never move to another day", () => {
  for (const zone of [UTC, TOKYO, HONOLULU]) {
    expect(barTime(at("2026-01-05T00:00"), "1D", zone)).toBe("5 Jan 2026");
    expect(barTime(at("2026-01-05T00:00"), "W", zone)).toBe("5 Jan 2026");
    expect(barTime(at("2026-01-01T00:00"), "1M", zone)).toBe("Jan 2026");
  }
  // A month to come, as the engine computes it where summer begins before it.
  expect(barTime(at("2026-03-31T23:00"), "1M", UTC)).toBe("Apr 2026");
});

test("a period repeats neither its day nor the present year", () => {
  const now = at("2026-01-06T00:00");
  const period = (from: string, to: string, resolution: string) =>
    barPeriod({ from: at(from), to: at(to) }, resolution, UTC, now);
  expect(period("2026-01-05T08:25", "2026-01-05T10:29", "1")).toBe("5 Jan 08:25 to 10:29");
  expect(period("2026-01-04T08:25", "2026-01-05T10:29", "1")).toBe("4 Jan 08:25 to 5 Jan 10:29");
  expect(period("2025-12-31T08:25", "2026-01-05T10:29", "1")).toBe(
    "31 Dec 2025 08:25 to 5 Jan 10:29",
  );
  expect(period("2025-12-20T08:25", "2025-12-20T10:29", "1")).toBe("20 Dec 2025 08:25 to 10:29");
  expect(period("2025-07-05T00:00", "2026-01-05T00:00", "1D")).toBe("5 Jul 2025 to 5 Jan 2026");
});
