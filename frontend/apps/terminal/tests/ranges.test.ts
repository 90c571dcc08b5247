import { expect, test } from "vitest";
import { barCount, RANGES, rangeStart, resolutionFor } from "../src/chart/view/ranges.ts";
import { SessionHours } from "../src/chart/view/session-hours.ts";
import { seededRandom } from "./support/seeded-random.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const FIRST = at("2007-01-01T00:00");
const NOW = at("2026-03-31T15:00");
const ALWAYS = new SessionHours({ session: "24x7", timezone: "Etc/UTC" });
const NEW_YORK = new SessionHours({ session: "0930-1600", timezone: "America/New_York" });
const SUPPORTED = ["1S", "5S", "1", "5", "15", "30", "60", "120", "240", "1D", "1W", "1M"];

test.each([
  ["1D", "2026-03-30T15:00"],
  ["5D", "2026-03-26T15:00"],
  ["1M", "2026-02-28T15:00"],
  ["6M", "2025-09-30T15:00"],
  ["1Y", "2025-03-31T15:00"],
  ["All", "2007-01-01T00:00"],
] as const)("around the clock, %s begins at %s", (range, start) => {
  expect(rangeStart(range, NOW, ALWAYS, FIRST)).toBe(at(start));
});

test("days are trading days where the market closes", () => {
  const monday = at("2026-03-30T14:00");
  expect(rangeStart("1D", monday, NEW_YORK, FIRST)).toBe(at("2026-03-30T13:30"));
  expect(rangeStart("5D", monday, NEW_YORK, FIRST)).toBe(at("2026-03-24T13:30"));
});

test("no range begins before the first bar", () => {
  for (const range of RANGES) {
    expect(rangeStart(range, NOW, ALWAYS, at("2026-03-31T12:00"))).toBe(at("2026-03-31T12:00"));
  }
});

test.each([
  ["1D", "5", "1"],
  ["5D", "30", "5"],
  ["1M", "120", "30"],
  ["6M", "1D", "240"],
  ["1Y", "1D", "1D"],
  ["All", "1M", "1M"],
] as const)(
  "%s of 400 bars has bars of %s, and of %s where the market closes",
  (range, always, sessions) => {
    for (const [hours, expected] of [
      [ALWAYS, always],
      [NEW_YORK, sessions],
    ] as const) {
      const from = rangeStart(range, NOW, hours, FIRST);
      expect(resolutionFor(from, NOW, SUPPORTED, hours, 400)).toBe(expected);
    }
  },
);

test("a symbol with few resolutions gets the best of them", () => {
  const from = rangeStart("1D", NOW, ALWAYS, FIRST);
  expect(resolutionFor(from, NOW, ["1W", "1D"], ALWAYS, 400)).toBe("1D");
  expect(resolutionFor(FIRST, NOW, ["5", "15"], ALWAYS, 400)).toBe("15");
  expect(resolutionFor(FIRST, NOW, [], ALWAYS, 400)).toBe(undefined);
});

test("a finer resolution never has fewer bars, and the chosen one is the finest that fits", () => {
  const { seed, random } = seededRandom();
  for (let count = 0; count < 100; count += 1) {
    const hours = random() < 0.5 ? ALWAYS : NEW_YORK;
    const from = NOW - 1_000 * Math.floor(10 ** (4 + random() * 4.5));
    const max = Math.floor(50 + random() * 1_000);
    const counts = SUPPORTED.map((each) => barCount(each, from, NOW, hours));
    const chosen = SUPPORTED.indexOf(resolutionFor(from, NOW, SUPPORTED, hours, max) ?? "");
    const last = SUPPORTED.length - 1;
    expect(chosen === last || (counts[chosen] as number) <= max, `seed ${seed}`).toBe(true);
    expect(
      counts.slice(0, chosen).every((each) => each > max),
      `seed ${seed}`,
    ).toBe(true);
  }
});
