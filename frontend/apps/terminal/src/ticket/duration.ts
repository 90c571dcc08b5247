import type { DurationType, OrderDuration } from "@trading-api/client";

/** `until` is what a date and time field holds, of the screen's clock: UTC. */
export interface DurationTexts {
  duration: DurationType;
  until: string;
}

/** null: it ends at a time that was not entered. */
export function parseDuration({ duration: type, until }: DurationTexts): OrderDuration | null {
  if (type !== "GTD") return { type };
  const datetime = Date.parse(`${until}Z`);
  return Number.isNaN(datetime) ? null : { type, datetime };
}

export const formatUntil = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

export const formatDuration = ({ type, datetime }: OrderDuration): DurationTexts => ({
  duration: type,
  until: datetime === undefined ? "" : formatUntil(datetime),
});
