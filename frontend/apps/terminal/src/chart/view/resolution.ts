import { periodOf } from "../period.ts";

const [SECOND_MS, DAY_MS] = [1_000, 86_400_000];
const WEEK_MS = 7 * DAY_MS;
/** The first Monday of 1970. */
const MONDAY_MS = 4 * DAY_MS;

/** Return whether bars of a resolution are shorter than a day. */
export function isIntraday(resolution: string): boolean {
  const { type } = periodOf(resolution);
  return type === "second" || type === "minute";
}

/** Return the usual length of a bar in ms. */
export function lengthOf(resolution: string): number {
  const { type, span } = periodOf(resolution);
  const units = { second: SECOND_MS, minute: 60_000, day: DAY_MS, week: WEEK_MS } as const;
  return span * (units[type as keyof typeof units] ?? 30 * DAY_MS);
}

/** Return the time from which on a later bar may begin, in ms UTC. */
export function nextBarStart(resolution: string, barMs: number): number {
  const { type, span } = periodOf(resolution);
  if (type === "month") {
    const date = new Date(barMs);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + span, 1);
  }
  if (type === "week") return barMs - modulo(barMs - MONDAY_MS, WEEK_MS) + span * WEEK_MS;
  return barMs + lengthOf(resolution);
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
