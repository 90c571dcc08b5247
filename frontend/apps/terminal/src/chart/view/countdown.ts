import { isIntraday, nextBarStart } from "./resolution.ts";
import type { SessionHours } from "./session-hours.ts";

const [SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS] = [1_000, 60_000, 3_600_000, 86_400_000];

/** Return when a bar closes, in ms UTC. An intraday bar ends with its session. */
export function barEnd(resolution: string, barMs: number, hours: SessionHours): number {
  const next = nextBarStart(resolution, barMs);
  if (isIntraday(resolution)) {
    const session = hours.sessionAt(barMs);
    return session === null ? next : Math.min(next, session.end);
  }
  const ends = hours
    .sessions(barMs, next)
    .filter(({ day }) => day >= barMs && day < next)
    .map(({ end }) => end);
  return ends.at(-1) ?? next;
}

/** Return the ms until a bar closes; null if it has closed, or the market is closed. */
export function timeToClose(
  resolution: string,
  barMs: number,
  hours: SessionHours,
  nowMs: number,
): number | null {
  if (hours.sessionAt(nowMs) === null) return null;
  const left = barEnd(resolution, barMs, hours) - nowMs;
  return left > 0 ? left : null;
}

/** Format a duration: `04:09`, `1:04:09`, or `2d 01:04` from one day on. */
export function countdownText(ms: number): string {
  // The last second of a bar is shown as one second.
  const rest = Math.ceil(ms / SECOND_MS) * SECOND_MS;
  const count = (unit: number, within: number) => Math.floor((rest % within) / unit);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, seconds] = [
    count(HOUR_MS, DAY_MS),
    count(MINUTE_MS, HOUR_MS),
    count(SECOND_MS, MINUTE_MS),
  ];
  const days = Math.floor(rest / DAY_MS);
  if (days > 0) return `${days}d ${two(hours)}:${two(minutes)}`;
  return `${hours > 0 ? `${hours}:` : ""}${two(minutes)}:${two(seconds)}`;
}
