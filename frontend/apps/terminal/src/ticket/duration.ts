import type { DurationType, OrderDuration } from "@trading-api/client";

/** The typed texts. `until` is the value of a datetime field, in UTC. */
export interface DurationTexts {
  duration: DurationType;
  until: string;
}

/** Return the duration, or null if its end is missing. */
export function parseDuration({ duration: type, until }: DurationTexts): OrderDuration | null {
  if (type !== "GTD") return { type };
  const datetime = Date.parse(`${until}Z`);
  return Number.isNaN(datetime) ? null : { type, datetime };
}

/** Format a time in ms UTC for a datetime field. */
export const formatUntil = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

export const formatDuration = ({ type, datetime }: OrderDuration): DurationTexts => ({
  duration: type as DurationType,
  until: datetime === undefined ? "" : formatUntil(datetime),
});
