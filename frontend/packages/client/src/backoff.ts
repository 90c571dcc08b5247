/** The shortest and the longest delay between two attempts. */
export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/**
 * Return the delay before an attempt, which doubles with each `attempt` (from 0) up to the maximum.
 * `random`, from 0 to 1, reduces it by up to half.
 */
export function backoffDelayMs(
  { baseMs, maxMs }: Backoff,
  attempt: number,
  random: number,
): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30)) * (0.5 + random / 2);
}
