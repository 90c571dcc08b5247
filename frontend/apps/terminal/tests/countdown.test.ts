import { expect, test } from "vitest";
import { barEnd, countdownText, timeToClose } from "../src/chart/view/countdown.ts";
import { SessionHours } from "../src/chart/view/session-hours.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const ALWAYS = new SessionHours({ session: "24x7", timezone: "Etc/UTC" });
const NEW_YORK = new SessionHours({
  session: "0930-1600",
  timezone: "America/New_York",
  session_holidays: "20260130",
});

test.each([
  ["1S", "2026-01-05T10:00:07", "2026-01-05T10:00:08"],
  ["5", "2026-01-05T10:05", "2026-01-05T10:10"],
  ["240", "2026-01-05T20:00", "2026-01-06T00:00"],
  ["D", "2026-01-05T00:00", "2026-01-06T00:00"],
  ["1W", "2026-01-05T00:00", "2026-01-12T00:00"],
  ["1M", "2026-02-01T00:00", "2026-03-01T00:00"],
])("around the clock, a bar of %s ends when the next begins", (resolution, bar, end) => {
  expect(barEnd(resolution, at(bar), ALWAYS)).toBe(at(end));
});

test.each([
  ["60", "2026-01-05T14:30", "2026-01-05T15:30"],
  ["60", "2026-01-05T20:30", "2026-01-05T21:00"],
  ["1D", "2026-01-05T00:00", "2026-01-05T21:00"],
  ["1W", "2026-01-05T00:00", "2026-01-09T21:00"],
  // The last trading day of January is a holiday.
  ["1M", "2026-01-01T00:00", "2026-01-29T21:00"],
])("within sessions, a bar of %s ends with its last one at the latest", (resolution, bar, end) => {
  expect(barEnd(resolution, at(bar), NEW_YORK)).toBe(at(end));
});

test("nothing is counted while the market is closed, or after the end", () => {
  const left = (resolution: string, bar: string, now: string) =>
    timeToClose(resolution, at(bar), NEW_YORK, at(now));
  expect(left("5", "2026-01-05T15:00", "2026-01-05T15:04")).toBe(60_000);
  expect(left("5", "2026-01-05T15:00", "2026-01-05T15:05")).toBe(null);
  expect(left("1D", "2026-01-05T00:00", "2026-01-05T20:00")).toBe(3_600_000);
  expect(left("1D", "2026-01-05T00:00", "2026-01-05T22:00")).toBe(null);
  expect(left("1W", "2026-01-05T00:00", "2026-01-06T02:00")).toBe(null);
  expect(left("1W", "2026-01-05T00:00", "2026-01-06T15:00")).toBe(3.25 * 86_400_000);
});

test.each([
  [1, "00:01"],
  [59_500, "01:00"],
  [249_000, "04:09"],
  [3_849_000, "1:04:09"],
  [86_399_001, "1d 00:00"],
  [3.25 * 86_400_000, "3d 06:00"],
])("%d ms are shown as %s", (ms, text) => {
  expect(countdownText(ms)).toBe(text);
});
