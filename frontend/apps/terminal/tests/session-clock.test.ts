import { expect, test } from "vitest";
import { SessionClock } from "../src/chart/session-clock.ts";

const at = (text: string): number => Date.parse(`${text}Z`);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const next = (clock: SessionClock, text: string, periodMs: number): string =>
  new Date(clock.nextBar(at(text), periodMs)).toISOString().slice(0, 16);

test("a session of a stock exchange is one day, in winter and in summer", () => {
  const clock = new SessionClock({ session: "0930-1600", timezone: "America/New_York" });
  for (const [open, close] of [
    ["2026-01-05T14:30", "2026-01-05T20:59"],
    ["2026-07-06T13:30", "2026-07-06T19:59"],
  ] as const) {
    expect(clock.dayOf(at(open))).toBe(clock.dayOf(at(close)));
    expect(clock.dayOf(at(open) + DAY_MS)).toBe(clock.dayOf(at(open)) + 1);
  }
});

test("a session that begins in the evening belongs to the next day", () => {
  const clock = new SessionClock({ session: "1700-1600", timezone: "America/Chicago" });
  const evening = at("2026-01-05T23:00");
  expect(clock.dayOf(evening)).toBe(clock.dayOf(at("2026-01-06T21:59")));
  expect(clock.dayOf(evening - MINUTE_MS)).toBe(clock.dayOf(evening) - 1);
});

test("a market that never closes has days of UTC, and its next bar is one period later", () => {
  const clock = new SessionClock({ session: "24x7", timezone: "Etc/UTC" });
  expect(clock.dayOf(at("2026-01-05T23:59"))).toBe(clock.dayOf(at("2026-01-05T00:00")));
  expect(clock.dayOf(at("2026-01-06T00:00"))).toBe(clock.dayOf(at("2026-01-05T00:00")) + 1);
  expect(next(clock, "2026-01-10T23:55", 5 * MINUTE_MS)).toBe("2026-01-11T00:00");
});

test("the next bar after the close is the first of the next session", () => {
  const clock = new SessionClock({ session: "0930-1600", timezone: "America/New_York" });
  expect(next(clock, "2026-01-05T15:00", MINUTE_MS)).toBe("2026-01-05T15:01");
  expect(next(clock, "2026-01-05T20:59", MINUTE_MS)).toBe("2026-01-06T14:30");
  // 9 January is a Friday.
  expect(next(clock, "2026-01-09T20:55", 5 * MINUTE_MS)).toBe("2026-01-12T14:30");
  expect(next(clock, "2026-01-09T00:00", DAY_MS)).toBe("2026-01-12T00:00");
  expect(next(clock, "2026-01-05T00:00", 7 * DAY_MS)).toBe("2026-01-12T00:00");
});

test("sessions with a break and other days are read", () => {
  const clock = new SessionClock({
    session: "0900-1130,1230-1500|0900-1000:7",
    timezone: "Asia/Tokyo",
  });
  expect(next(clock, "2026-01-05T02:29", MINUTE_MS)).toBe("2026-01-05T03:30");
  expect(next(clock, "2026-01-09T05:59", MINUTE_MS)).toBe("2026-01-10T00:00");
});

test("texts that are no sessions or zones do not break the chart", () => {
  const clock = new SessionClock({ session: "?", timezone: "Nowhere/Else" });
  expect(clock.dayOf(at("2026-01-05T10:00"))).toBe(Math.floor(at("2026-01-05T10:00") / DAY_MS));
  expect(next(clock, "2026-01-05T10:00", MINUTE_MS)).toBe("2026-01-05T10:01");
});
