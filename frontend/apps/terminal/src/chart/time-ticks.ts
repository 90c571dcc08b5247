import type { AxisTick, Chart } from "klinecharts";
import { dayAndMonth, timeOfDay, year } from "../format.ts";

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];
/** The steps of the axis below a day, in ms. */
const STEPS_MS = [1, 5, 15, 30]
  .map((seconds) => seconds * SECOND)
  .concat(
    [1, 5, 15, 30].map((minutes) => minutes * MINUTE),
    [1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  );
/** Functions that number the steps of the axis, from seconds to years. */
const STEPS: ((ms: number) => number)[] = [
  ...STEPS_MS.map((step) => (ms: number) => Math.floor(ms / step)),
  (ms) => Math.floor(ms / DAY),
  // The epoch was a Thursday.
  (ms) => Math.floor((ms / DAY + 3) / 7),
  (ms) => Math.floor((ms / DAY + 3) / 14),
  monthOf,
  (ms) => Math.floor(monthOf(ms) / 3),
  ...[1, 2, 5, 10, 20].map((years) => (ms: number) => Math.floor(yearOf(ms) / years)),
];
const SPACING_PX = 76;

/** Give a chart an axis of round times. `wall` returns what clocks show, written as if it were UTC. */
export function showTimes(chart: Chart, wall: (ms: number) => number = (ms) => ms): void {
  chart.overrideXAxis({
    createTicks: ({ range }) => {
      const from = Math.max(0, range.from);
      const bars = chart.getDataList().slice(from, range.to);
      const points = chart.convertToPixel(bars.map((_, index) => ({ dataIndex: from + index })));
      return timeTicks(
        bars.map(({ timestamp }) => wall(timestamp)),
        (Array.isArray(points) ? points : [points]).map(({ x = 0 }) => x),
      );
    },
  });
}

/**
 * Return the ticks of a time axis: bars that begin a round time, at least 76 pixels apart. `times`
 * are those of the visible bars in ms, ascending, and `coordinates` their middles in pixels.
 */
export function timeTicks(times: readonly number[], coordinates: readonly number[]): AxisTick[] {
  for (const step of STEPS) {
    const ticks = ticksOf(times, coordinates, step);
    if (ticks !== null) return ticks;
  }
  return [];
}

/** Return the ticks of a step, or null if two of them are too close. */
function ticksOf(
  times: readonly number[],
  coordinates: readonly number[],
  numberOf: (ms: number) => number,
): AxisTick[] | null {
  const ticks: AxisTick[] = [];
  let previous = Number.NEGATIVE_INFINITY;
  for (let index = 1; index < times.length; index += 1) {
    const [before, at, coord] = [times[index - 1], times[index], coordinates[index]];
    if (before === undefined || at === undefined || coord === undefined) continue;
    if (numberOf(before) === numberOf(at)) continue;
    if (coord - previous < SPACING_PX) return null;
    previous = coord;
    ticks.push({ coord, value: at, text: labelOf(before, at) });
  }
  return ticks;
}

function labelOf(before: number, at: number): string {
  if (new Date(before).getUTCFullYear() !== new Date(at).getUTCFullYear()) return year(at);
  if (Math.floor(before / DAY) !== Math.floor(at / DAY)) return dayAndMonth(at);
  return timeOfDay(at, at % MINUTE !== 0);
}

function yearOf(ms: number): number {
  return new Date(ms).getUTCFullYear();
}

function monthOf(ms: number): number {
  const date = new Date(ms);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
