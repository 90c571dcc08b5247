import { dateAndTime } from "../../format.ts";
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

/** Format the time of a bar: `5 Jan 2026 14:03`, its date from one day on, or its month. */
export function barTime(ms: number, resolution: string, zone: TimeZone): string {
  if (isIntraday(resolution)) return dateAndTime(zone.wall(ms), resolution.endsWith("S"));
  // The engine computes the months to come with the clocks of the browser.
  if (!resolution.endsWith("M")) return dateAndTime(ms);
  return dateAndTime(ms + 12 * 3_600_000).replace(/^\S+ /, "");
}
