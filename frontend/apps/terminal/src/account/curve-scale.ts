import type { EquityPoint } from "./equity-series.ts";

/** A function from a value to pixels, and the values of its grid. */
export interface Scale {
  at(value: number): number;
  ticks: readonly number[];
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Return the scale of values from `low` to `high`, from the pixel `bottom` up to `top`. */
export function moneyScale(
  low: number,
  high: number,
  bottom: number,
  top: number,
  ticksMax: number,
): Scale {
  const margin = (high - low) * 0.06 || Math.max(Math.abs(high) * 0.001, 1);
  const [from, to] = [low - margin, high + margin];
  const at = (value: number) => bottom + ((value - from) / (to - from)) * (top - bottom);
  const step = niceStep((to - from) / Math.max(ticksMax, 1));
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step); tick * step <= to; tick += 1) ticks.push(tick * step);
  return { at, ticks };
}

/** Return the scale of times from the first point to the last one, from `left` to `right`. */
export function timeScale(
  from: number,
  to: number,
  left: number,
  right: number,
  ticksMax: number,
): Scale {
  const span = Math.max(to - from, 1);
  const at = (time: number) => left + ((time - from) / span) * (right - left);
  const step = timeStep(span / Math.max(ticksMax, 1));
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  return { at, ticks };
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 7, 14, 28, 56, 91, 182, 364].map((days) => days * DAY),
];

function timeStep(least: number): number {
  const found = TIME_STEPS.find((step) => step >= least);
  return found ?? Math.ceil(least / (364 * DAY)) * 364 * DAY;
}

function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (STEPS.find((step) => step * power >= least) ?? 10) * power;
}

/** Return the index of the point nearest to a time. The points are not empty. */
export function nearestPoint(points: readonly EquityPoint[], time: number): number {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.time ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1];
  const here = points[low];
  if (before && here && time - before.time < here.time - time) return low - 1;
  return low;
}
