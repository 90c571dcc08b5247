const UNITS_MS: Record<string, number> = {
  S: 1_000,
  "": 60_000,
  D: 86_400_000,
  W: 604_800_000,
  M: 2_592_000_000,
};

/** Return how far one step goes: one bar of the chart's resolution, a month as 30 days. */
export function stepOf(resolution: string): number {
  const [, count = "", unit = ""] = /^(\d*)([SDWM]?)$/.exec(resolution) ?? [];
  return (count === "" ? 1 : Number(count)) * (UNITS_MS[unit] ?? 60_000);
}

/** Return how far a jump is, from 0 to 1. */
export function progressOf(from: number, now: number, to: number): number {
  if (to <= from) return 1;
  return Math.min(1, Math.max(0, (now - from) / (to - from)));
}

export const SPEEDS: readonly number[] = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 1_000, 3_600];

/** Return the speeds to choose from, the present one among them. */
export const speedsWith = (speed: number): number[] =>
  [...new Set([...SPEEDS, speed])].sort((a, b) => a - b);

/** Return the instant of a datetime field in UTC, or null if it is none. */
export function parseInstant(text: string): number | null {
  const instant = Date.parse(`${text}Z`);
  return Number.isNaN(instant) ? null : instant;
}
