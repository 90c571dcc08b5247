import { price, time } from "../../format.ts";
import { drawings as texts } from "../../texts/drawings.ts";
import type { TimeZone } from "../view/time-zone.ts";
import { type Drawing, numberOf } from "./drawing.ts";

/** Return the name of a drawing among the others, such as `Trend line 2`. */
export function drawingLabel(drawing: Drawing, drawings: readonly Drawing[]): string {
  const stored = drawings.find(({ id }) => id === drawing.id) ?? drawing;
  return texts.name(texts.kinds[drawing.kind], Math.max(1, numberOf(stored, drawings)));
}

/** Describe where a point of a drawing is. */
export function pointLabel(
  { points }: Drawing,
  index: number,
  name: string,
  decimals: number,
  zone: TimeZone,
): string {
  const point = points[index];
  return texts.point(
    name,
    index + 1,
    time(point && zone.wall(point.time)),
    price(point?.price, decimals),
  );
}
