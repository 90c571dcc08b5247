import { lengthOf } from "./resolution.ts";
import { latestBefore, type SessionHours } from "./session-hours.ts";

/**
 * Return the indexes of bars that begin a trading day, and the ranges of those outside of the
 * trading hours, which end before their second index.
 */
export function sessionMarks(
  bars: readonly { timestamp: number }[],
  resolution: string,
  hours: SessionHours,
): { days: number[]; closed: [number, number][] } {
  const [days, closed]: [number[], [number, number][]] = [[], []];
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return { days, closed };
  const length = lengthOf(resolution);
  const sessions = hours.sessions(first.timestamp, last.timestamp + length);
  let day: number | undefined;
  bars.forEach(({ timestamp }, index) => {
    const session = latestBefore(sessions, timestamp + length - 1);
    if (session === null || session.end <= timestamp) {
      const open = closed.at(-1);
      if (open?.[1] === index) open[1] = index + 1;
      else closed.push([index, index + 1]);
      return;
    }
    if (day !== undefined && session.day !== day) days.push(index);
    day = session.day;
  });
  return { days, closed };
}
