export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/** Doubles with each attempt (from 0), up to the maximum; between half of it and all of it. */
export function backoffDelayMs(
  { baseMs, maxMs }: Backoff,
  attempt: number,
  random: number,
): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30)) * (0.5 + random / 2);
}
