import { isIntraday, lengthOf } from "./resolution.ts";
import type { SessionHours } from "./session-hours.ts";

export const RANGES = ["1D", "5D", "1M", "6M", "1Y", "All"] as const;
export type Range = (typeof RANGES)[number];

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** The trading hours of this many weeks are those of a usual week. */
const WEEKS = 4;
/** The days in which the newest trading days are searched. */
const SEARCH_MS = 31 * DAY_MS;

/**
 * Return where a range begins that ends at `endMs`, in ms UTC. One day and five days are trading days
 * where the market closes. `firstMs` is the time of the first bar that exists.
 */
export function rangeStart(
  range: Range,
  endMs: number,
  hours: SessionHours,
  firstMs: number,
): number {
  return Math.max(firstMs, startOf(range, endMs, hours, firstMs));
}

function startOf(range: Range, endMs: number, hours: SessionHours, firstMs: number): number {
  if (range === "All") return firstMs;
  const days = { "1D": 1, "5D": 5 }[range as string];
  if (days === undefined) return monthsBefore(endMs, range === "1M" ? 1 : range === "6M" ? 6 : 12);
  if (hours.isAlways) return endMs - days * DAY_MS;
  const sessions = hours
    .sessions(endMs - SEARCH_MS, endMs)
    .filter(({ start }) => start <= endMs && start > endMs - SEARCH_MS);
  const trading = [...new Set(sessions.map(({ day }) => day))].slice(-days);
  return sessions.find(({ day }) => day === trading[0])?.start ?? endMs - days * DAY_MS;
}

/**
 * Return the finest of the `supported` resolutions that needs at most `barsMax` bars for a time, or
 * else the coarsest one; undefined if none is supported.
 */
export function resolutionFor(
  fromMs: number,
  toMs: number,
  supported: readonly string[],
  hours: SessionHours,
  barsMax: number,
): string | undefined {
  const ordered = supported.toSorted((a, b) => lengthOf(a) - lengthOf(b));
  const fitting = ordered.find((each) => barCount(each, fromMs, toMs, hours) <= barsMax);
  return fitting ?? ordered.at(-1);
}

/** Return about how many bars a time has. */
export function barCount(
  resolution: string,
  fromMs: number,
  toMs: number,
  hours: SessionHours,
): number {
  const length = lengthOf(resolution);
  if (length >= WEEK_MS) return (toMs - fromMs) / length;
  const span = toMs - fromMs;
  const [from, weeks] =
    span <= WEEKS * WEEK_MS ? [fromMs, 1] : [toMs - WEEKS * WEEK_MS, span / (WEEKS * WEEK_MS)];
  const sessions = hours
    .sessions(from, toMs)
    .map(({ start, end, day }) => ({ start: Math.max(start, from), end: Math.min(end, toMs), day }))
    .filter(({ start, end }) => start < end);
  const bars = isIntraday(resolution)
    ? sessions.reduce((sum, { start, end }) => sum + Math.ceil((end - start) / length), 0)
    : new Set(sessions.map(({ day }) => day)).size / (length / DAY_MS);
  return bars * weeks;
}

/** Return the same time of the day some months before, or the last day of a shorter month. */
function monthsBefore(ms: number, months: number): number {
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}
