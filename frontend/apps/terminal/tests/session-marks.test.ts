import { expect, test } from "vitest";
import { SessionHours } from "../src/chart/view/session-hours.ts";
import { sessionMarks } from "../src/chart/view/session-marks.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const every = (minutes: number, from: string, to: string) => {
  const bars: { timestamp: number }[] = [];
  for (let ms = at(from); ms < at(to); ms += minutes * 60_000) bars.push({ timestamp: ms });
  return bars;
};
const NEW_YORK = new SessionHours({ session: "0930-1600", timezone: "America/New_York" });

test("bars outside of the trading hours are marked in one piece for each closed time", () => {
  const bars = every(30, "2026-01-05T13:30", "2026-01-06T15:30");
  const marks = sessionMarks(bars, "30", NEW_YORK);
  // Two bars before the opening, and those of the night.
  expect(marks.closed).toEqual([
    [0, 2],
    [15, 50],
  ]);
  expect(marks.days).toEqual([50]);
});

test("a bar that reaches into the trading hours is not outside of them", () => {
  const bars = every(60, "2026-01-05T13:00", "2026-01-05T16:00");
  expect(sessionMarks(bars, "60", NEW_YORK).closed).toEqual([[0, 1]]);
});

test("a day begins where the market was closed before, and at midnight around the clock", () => {
  const first = every(60, "2026-01-02T18:30", "2026-01-02T21:00");
  const second = every(60, "2026-01-05T14:30", "2026-01-05T16:30");
  const marks = sessionMarks([...first, ...second], "60", NEW_YORK);
  expect(marks).toEqual({ days: [3], closed: [] });
  const always = new SessionHours({ session: "24x7", timezone: "Etc/UTC" });
  const bars = every(240, "2026-01-05T16:00", "2026-01-06T08:00");
  expect(sessionMarks(bars, "240", always)).toEqual({ days: [2], closed: [] });
});

test("an empty chart has no marks", () => {
  expect(sessionMarks([], "5", NEW_YORK)).toEqual({ days: [], closed: [] });
});
