/** A part of a trading day in minutes from its midnight; before 0 on the evening before. */
type Hours = readonly [from: number, to: number];

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
const DAY_MINUTES = 1_440;
/** The days of a session without days: Monday to Friday, where 1 is Sunday. */
const WEEKDAYS = "23456";
const SEARCHED_DAYS = 8;

/**
 * The trading days of a market. `session` is that of a symbol, such as `0930-1600`,
 * `1700-1600:23456` or `24x7`, in the time zone of the exchange.
 */
export class SessionClock {
  /** The hours of the days from Sunday to Saturday. */
  readonly #hours: readonly Hours[][];
  readonly #format: Intl.DateTimeFormat | null;
  #hour = Number.NaN;
  #offsetMs = 0;

  constructor(session: string, timezone: string) {
    this.#hours = hoursOf(session);
    this.#format = zoneFormat(timezone);
  }

  /** Return the number of the trading day of a time in ms UTC. It grows by one each day. */
  dayOf(ms: number): number {
    const local = ms + this.#offsetOf(ms);
    const day = Math.floor(local / DAY_MS);
    const minute = Math.floor((local - day * DAY_MS) / MINUTE_MS);
    const isOfNext = this.#hoursOn(day + 1).some(([from]) => minute >= from + DAY_MINUTES);
    return isOfNext ? day + 1 : day;
  }

  /** Return the time of the bar after one at `ms`, if bars last `periodMs`. It is in a session. */
  nextBar(ms: number, periodMs: number): number {
    const next = ms + periodMs;
    if (periodMs >= 7 * DAY_MS) return next;
    if (periodMs >= DAY_MS) return this.#nextTradingDay(next);
    const local = next + this.#offsetOf(next);
    const day = Math.floor(local / DAY_MS);
    const minute = (local - day * DAY_MS) / MINUTE_MS;
    let opening = Number.POSITIVE_INFINITY;
    for (let ahead = 0; ahead < SEARCHED_DAYS; ahead += 1) {
      for (const [from, to] of this.#hoursOn(day + ahead)) {
        const [start, end] = [from + ahead * DAY_MINUTES, to + ahead * DAY_MINUTES];
        if (minute >= start && minute < end) return next;
        if (start > minute) opening = Math.min(opening, start);
      }
      if (opening < (ahead + 1) * DAY_MINUTES) break;
    }
    return Number.isFinite(opening) ? next + (opening - minute) * MINUTE_MS : next;
  }

  /** Return the first day with a session from a bar's day on. Bars of days are at 00:00 UTC. */
  #nextTradingDay(ms: number): number {
    for (let ahead = 0; ahead < SEARCHED_DAYS; ahead += 1)
      if (this.#hoursOn(Math.floor(ms / DAY_MS) + ahead).length > 0) return ms + ahead * DAY_MS;
    return ms;
  }

  #hoursOn(day: number): readonly Hours[] {
    // The epoch was a Thursday.
    return this.#hours[(((day + 4) % 7) + 7) % 7] ?? [];
  }

  /** Return what the local time is ahead of UTC. Clocks change at full hours. */
  #offsetOf(ms: number): number {
    const hour = Math.floor(ms / HOUR_MS);
    if (hour === this.#hour || this.#format === null) return this.#offsetMs;
    const parts: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(hour * HOUR_MS))
      parts[type] = Number(value);
    const { year = 1970, month = 1, day = 1, hour: hours = 0, minute = 0 } = parts;
    this.#offsetMs = Date.UTC(year, month - 1, day, hours, minute) - hour * HOUR_MS;
    this.#hour = hour;
    return this.#offsetMs;
  }
}

function hoursOf(session: string): Hours[][] {
  const hours: Hours[][] = Array.from({ length: 7 }, () => []);
  for (const part of session === "24x7" ? ["0000-2400:1234567"] : session.split("|")) {
    const [times = "", days = WEEKDAYS] = part.split(":");
    for (const [, from = "", to = ""] of times.matchAll(/(\d{4})-(\d{4})/g)) {
      const [start, end] = [minutesOf(from), minutesOf(to)];
      for (const day of days.matchAll(/[1-7]/g))
        hours[Number(day[0]) - 1]?.push(start < end ? [start, end] : [start - DAY_MINUTES, end]);
    }
  }
  return hours;
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(2));

function zoneFormat(timeZone: string): Intl.DateTimeFormat | null {
  const number = "2-digit";
  const fields = { month: number, day: number, hour: number, minute: number } as const;
  try {
    return new Intl.DateTimeFormat("en", {
      timeZone,
      ...fields,
      year: "numeric",
      hourCycle: "h23",
    });
  } catch {
    return null;
  }
}
