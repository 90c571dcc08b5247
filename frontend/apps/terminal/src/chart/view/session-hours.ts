// TradingView's sessions: their grammar, and their instants.
import { type TimeZone, timeZone } from "./time-zone.ts";

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
const DAY_MINUTES = 1_440;
const MONDAY_TO_FRIDAY = "23456";
const ALWAYS = "24x7";

/** The fields of a symbol that say when it trades. */
export interface SessionTexts {
  session: string;
  timezone: string;
  session_holidays?: string;
  corrections?: string;
}

/** An interval of trading. `day` is 00:00 UTC of its trading day, in ms. */
export interface TradingSession {
  start: number;
  end: number;
  day: number;
}

/** From and to, in minutes of the trading day. Minutes below zero are of the evening before. */
type MinuteInterval = readonly [number, number];

/** The hours in which a symbol trades. A session that cannot be read means around the clock. */
export class SessionHours {
  readonly zone: TimeZone;
  /** Whether the symbol trades around the clock. */
  readonly isAlways: boolean;
  readonly #weekdays: ReadonlyMap<number, readonly MinuteInterval[]>;
  readonly #holidays: ReadonlySet<string>;
  readonly #corrections: ReadonlyMap<string, readonly MinuteInterval[]>;
  /** The sessions that were computed last, and the days that they are of. */
  #known: { first: number; last: number; sessions: TradingSession[] } | null = null;

  constructor({ session, timezone, session_holidays = "", corrections = "" }: SessionTexts) {
    this.zone = timeZone(timezone);
    const weekdays = session === ALWAYS ? null : weekdaysOf(session);
    this.isAlways = weekdays === null;
    this.#weekdays = weekdays ?? new Map(range(1, 8).map((day) => [day, [[0, DAY_MINUTES]]]));
    this.#holidays = new Set(session_holidays.split(",").filter((day) => day !== ""));
    this.#corrections = correctionsOf(corrections);
  }

  /** Return the sessions that could hold an instant from the first to the last, ascending. */
  sessions(firstMs: number, lastMs: number): readonly TradingSession[] {
    // A zone is at most 14 hours from UTC, and a session begins at most a day early.
    const [first, last] = [Math.floor(firstMs / DAY_MS) - 1, Math.floor(lastMs / DAY_MS) + 2];
    const known = this.#known;
    if (known !== null && known.first <= first && known.last >= last) return known.sessions;
    const sessions: TradingSession[] = [];
    let over = Number.NEGATIVE_INFINITY;
    for (const day of range(first, last + 1).map((number) => number * DAY_MS)) {
      for (const [from, to] of this.#intervals(day)) {
        // Where clocks change within a session, intervals stay ascending and disjoint.
        const start = Math.max(this.zone.instant(day + from * MINUTE_MS), over);
        const end = this.zone.instant(day + to * MINUTE_MS);
        if (start >= end) continue;
        sessions.push({ start, end, day });
        over = end;
      }
    }
    this.#known = { first, last, sessions };
    return sessions;
  }

  /** Return the session that holds an instant, or null outside of trading. */
  sessionAt(ms: number): TradingSession | null {
    const session = latestBefore(this.sessions(ms, ms), ms);
    return session !== null && ms < session.end ? session : null;
  }

  #intervals(day: number): readonly MinuteInterval[] {
    const date = new Date(day);
    const name = date.toISOString().slice(0, 10).replaceAll("-", "");
    if (this.#holidays.has(name)) return [];
    return this.#corrections.get(name) ?? this.#weekdays.get(date.getUTCDay() + 1) ?? [];
  }
}

/** Return the last session that begins at an instant or before it, or null. */
export function latestBefore(
  sessions: readonly TradingSession[],
  ms: number,
): TradingSession | null {
  let [low, high] = [0, sessions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sessions[middle] as TradingSession).start <= ms) low = middle + 1;
    else high = middle;
  }
  return sessions[low - 1] ?? null;
}

/** Return the intervals of each weekday that has any; 1 is Sunday. Return null for a wrong text. */
function weekdaysOf(session: string): Map<number, MinuteInterval[]> | null {
  const found = new Map<number, MinuteInterval[]>();
  for (const alternative of session.split("|")) {
    const [hours = "", days = MONDAY_TO_FRIDAY] = alternative.split(":");
    const intervals = intervalsOf(hours);
    if (intervals === null || !/^[1-7]{1,7}$/.test(days)) return null;
    for (const day of days) found.set(Number(day), intervals);
  }
  return found;
}

function correctionsOf(corrections: string): Map<string, MinuteInterval[]> {
  const found = new Map<string, MinuteInterval[]>();
  for (const part of corrections.split(";")) {
    const [hours = "", days = ""] = part.split(":");
    const intervals = intervalsOf(hours);
    if (intervals !== null) for (const day of days.split(",")) found.set(day, intervals);
  }
  return found;
}

function intervalsOf(hours: string): MinuteInterval[] | null {
  const intervals = hours.split(",").map(intervalOf);
  return intervals.includes(null)
    ? null
    : (intervals as MinuteInterval[]).sort(([a], [b]) => a - b);
}

/**
 * Parse `0930-1600`. An end of 0000 is the midnight that ends the day. A start that is not before
 * its end is on the evening before.
 */
function intervalOf(text: string): MinuteInterval | null {
  const found = /^(\d\d)(\d\d)-(\d\d)(\d\d)$/.exec(text);
  if (found === null) return null;
  const [hour = 0, minute = 0, endHour = 0, endMinute = 0] = found.slice(1).map(Number);
  const [start, end] = [60 * hour + minute, 60 * endHour + endMinute || DAY_MINUTES];
  return [start >= end ? start - DAY_MINUTES : start, end];
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);
