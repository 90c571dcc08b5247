import { expect, test } from "vitest";
import { SessionHours, type SessionTexts } from "../src/chart/view/session-hours.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const shown = (ms: number) => new Date(ms).toISOString().slice(8, 16).replace("T", " ");

/** Return start, end and trading day of the sessions that begin within. */
function sessionsOf(texts: SessionTexts, first: string, last: string): string[][] {
  return new SessionHours(texts)
    .sessions(at(first), at(last))
    .filter(({ start }) => start >= at(first) && start < at(last))
    .map(({ start, end, day }) => [shown(start), shown(end), shown(day).slice(0, 2)]);
}

// The same cases as those of the server, where New York's clocks go forward on the 9th of March.
test.each([
  ["0930-1600", "America/New_York", ["07 14:30 07 21:00 07", "10 13:30 10 20:00 10"]],
  [
    "1700-1700:23456",
    "America/New_York",
    ["06 22:00 07 22:00 07", "09 21:00 10 21:00 10", "10 21:00 11 21:00 11"],
  ],
  [
    "0900-1130,1230-1500:6|1000-1200:2",
    "Asia/Tokyo",
    ["07 00:00 07 02:30 07", "07 03:30 07 06:00 07", "10 01:00 10 03:00 10"],
  ],
  ["1800-0000:1", "America/New_York", ["09 22:00 10 04:00 09"]],
  [
    "24x7",
    "America/New_York",
    [
      "07 05:00 08 05:00 07",
      "08 05:00 09 05:00 08",
      "09 05:00 10 04:00 09",
      "10 04:00 11 04:00 10",
    ],
  ],
])("sessions of %s stand in the time of %s", (session, timezone, expected) => {
  const found = sessionsOf({ session, timezone }, "2025-03-06T21:30", "2025-03-11T00:00");
  expect(found.map((each) => each.join(" "))).toEqual(expected);
});

test("a night in which clocks go back is an hour longer", () => {
  const texts = { session: "1800-0400:1", timezone: "America/New_York" };
  expect(sessionsOf(texts, "2025-11-01T00:00", "2025-11-03T00:00")).toEqual([
    ["01 22:00", "02 09:00", "02"],
  ]);
});

test("holidays are closed and corrections have their own hours", () => {
  const texts = {
    session: "0930-1600",
    timezone: "America/New_York",
    session_holidays: "20241128",
    corrections: "0930-1300:20241129",
  };
  expect(sessionsOf(texts, "2024-11-27T00:00", "2024-12-01T00:00")).toEqual([
    ["27 14:30", "27 21:00", "27"],
    ["29 14:30", "29 18:00", "29"],
  ]);
});

test("an instant is within a session from its start until before its end", () => {
  const hours = new SessionHours({ session: "0930-1600", timezone: "America/New_York" });
  expect(hours.isAlways).toBe(false);
  expect(hours.sessionAt(at("2026-01-05T14:29:59.999"))).toBe(null);
  expect(hours.sessionAt(at("2026-01-05T14:30"))?.day).toBe(at("2026-01-05T00:00"));
  expect(hours.sessionAt(at("2026-01-05T20:59:59.999"))?.end).toBe(at("2026-01-05T21:00"));
  expect(hours.sessionAt(at("2026-01-05T21:00"))).toBe(null);
  expect(hours.sessionAt(at("2026-01-10T15:00"))).toBe(null);
});

test("a session that cannot be read means around the clock", () => {
  for (const session of ["", "9-16", "0930-1600:8", "open"]) {
    const hours = new SessionHours({ session, timezone: "Etc/UTC" });
    expect(hours.isAlways).toBe(true);
    expect(hours.sessionAt(at("2026-01-10T15:00"))?.end).toBe(at("2026-01-11T00:00"));
  }
});
