import type { AxisRange } from "klinecharts";

export const SCALES = ["linear", "log", "percent"] as const;
export type Scale = (typeof SCALES)[number];

/** Return the range of a price axis. `base` is the price of zero percent. */
export function scaledRange(
  scale: Scale,
  range: AxisRange,
  { from, to, base }: { from: number; to: number; base: number },
): AxisRange {
  const prices = { from, to, range: to - from };
  if (scale === "percent" && base > 0) {
    const percent = (price: number) => (price / base - 1) * 100;
    return rangeOf(range, prices, percent(from), percent(to), percent(from), percent(to));
  }
  // A logarithm has no place for zero.
  if (scale === "log" && to > 0) {
    const low = from > 0 ? from : to / 1_000;
    const shown = { from: low, to, range: to - low };
    return rangeOf(range, shown, Math.log10(low), Math.log10(to), low, to);
  }
  return rangeOf(range, prices, from, to, from, to);
}

function rangeOf(
  range: AxisRange,
  prices: { from: number; to: number; range: number },
  realFrom: number,
  realTo: number,
  displayFrom: number,
  displayTo: number,
): AxisRange {
  const real = { realFrom, realTo, realRange: realTo - realFrom };
  const display = { displayFrom, displayTo, displayRange: displayTo - displayFrom };
  return { ...range, ...prices, ...real, ...display };
}

const LOG_STEPS: readonly (readonly number[])[] = [
  [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9],
  [1, 1.5, 2, 3, 4, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
];
/** Below this ratio, the round numbers of a linear axis fit a logarithmic one. */
const LOG_RATIO_MIN = 4;

/**
 * Return round prices of a logarithmic axis which are at least `distance` of its height apart; null
 * if those of a linear axis fit better.
 */
export function logTicks(from: number, to: number, distance: number): number[] | null {
  if (from <= 0 || to / from < LOG_RATIO_MIN) return null;
  const height = Math.log10(to / from);
  for (const steps of LOG_STEPS) {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power += 1) {
      ticks.push(...steps.map((step) => Number((step * 10 ** power).toPrecision(3))));
    }
    const visible = ticks.filter((tick) => tick >= from && tick <= to);
    const isRoomy = visible.every(
      (tick, index) =>
        index === 0 || Math.log10(tick / (visible[index - 1] as number)) / height >= distance,
    );
    if (isRoomy) return visible;
  }
  return null;
}
