import { dateAndTime, monthAndYear, timeOfDay, year } from "../../format.ts";
import { view as texts } from "../../texts/view.ts";
import type { PriceChart } from "../price-chart.ts";
import { showTimes } from "../time-ticks.ts";
import { isIntraday } from "./resolution.ts";
import { type TimeZone, UTC } from "./time-zone.ts";

/** The time axis of a chart, in one of the zones. Bars of days and more have dates, and no zone. */
export class TimeAxis {
  readonly #chart: PriceChart;
  #zone: TimeZone = UTC;
  #resolution = "1";

  constructor(chart: PriceChart) {
    this.#chart = chart;
    chart.engine.setFormatter({
      formatDate: ({ timestamp }) => barTime(timestamp, this.#resolution, this.#zone),
    });
  }

  show(zone: TimeZone, resolution: string): void {
    if (zone === this.#zone && resolution === this.#resolution) return;
    this.#zone = zone;
    this.#resolution = resolution;
    showTimes(this.#chart.engine, isIntraday(resolution) ? zone.wall : UTC.wall);
  }
}

/**
 * Format a period of bars. One of intraday bars has its day once, and no year that is the year of
 * `nowMs`.
 */
export function barPeriod(
  { from, to }: { from: number; to: number },
  resolution: string,
  zone: TimeZone,
  nowMs: number,
): string {
  const [start, end] = [barTime(from, resolution, zone), barTime(to, resolution, zone)];
  if (!isIntraday(resolution)) return texts.period(start, end);
  const [first, last] = [zone.wall(from), zone.wall(to)];
  const time = timeOfDay(last, resolution.endsWith("S"));
  const isOneDay = dateAndTime(first) === dateAndTime(last);
  return texts.period(start, isOneDay ? time : end).replaceAll(` ${year(zone.wall(nowMs))} `, " ");
}

/** Format the time of a bar: `5 Jan 2026 14:03`, its date from one day on, or its month. */
export function barTime(ms: number, resolution: string, zone: TimeZone): string {
  if (isIntraday(resolution)) return dateAndTime(zone.wall(ms), resolution.endsWith("S"));
  // The engine computes the months to come with the clocks of the browser.
  if (!resolution.endsWith("M")) return dateAndTime(ms);
  return monthAndYear(ms + 12 * 3_600_000);
}
