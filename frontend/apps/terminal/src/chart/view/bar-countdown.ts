import { createSignal, untrack } from "solid-js";
import { colour } from "../../theme.ts";
import type { PriceChart } from "../price-chart.ts";
import { countdownText, timeToClose } from "./countdown.ts";
import { isIntraday } from "./resolution.ts";
import type { SessionHours } from "./session-hours.ts";

const INTERVAL_MS = 1_000;

export interface BarCountdownOptions {
  series(): { hours: SessionHours; resolution: string };
  /** Return the market's time in ms UTC, or null while it is not known. */
  now(): number | null;
}

/** Shows under the last price how long the forming bar still takes, in the market's time. */
export class BarCountdown {
  readonly #chart: PriceChart;
  readonly #options: BarCountdownOptions;
  readonly #text = createSignal("");
  readonly #timer: ReturnType<typeof setInterval>;
  #drawn = "";

  constructor(chart: PriceChart, options: BarCountdownOptions) {
    this.#chart = chart;
    this.#options = options;
    chart.engine.setFormatter({
      // The engine asks while it draws, so the page is changed afterwards.
      formatExtendText: ({ data }) => {
        this.#drawn = this.#textOf(data.timestamp);
        if (this.#drawn !== untrack(this.#text[0]))
          chart.frames.requestTexts("legends", this.#showText);
        return this.#drawn;
      },
    });
    this.#timer = setInterval(() => this.#redraw(), INTERVAL_MS);
  }

  remove(): void {
    clearInterval(this.#timer);
  }

  /** The shown text; empty while the market is closed. */
  text(): string {
    return this.#text[0]();
  }

  /** Show the countdown in the colours of the theme. */
  applyTheme(): void {
    const text = {
      position: "below_price" as const,
      // The engine would draw all charts in the same frame.
      updateInterval: 0,
      ...this.#chart.engine.getStyles().candle.priceMark.last.text,
      color: colour("surface"),
    };
    this.#chart.engine.setStyles({ candle: { priceMark: { last: { extendTexts: [text] } } } });
  }

  readonly #showText = (): void => void this.#text[1](this.#drawn);

  /** Draw the chart in its turn, unless a bar was drawn with the present text. */
  #redraw(): void {
    const last = this.#chart.engine.getDataList().at(-1);
    if (last === undefined || this.#textOf(last.timestamp) === this.#drawn) return;
    this.#chart.requestRedraw();
  }

  #textOf(barMs: number): string {
    const now = this.#options.now();
    if (now === null) return "";
    const { hours, resolution } = this.#options.series();
    // The clock is read from time to time, and an intraday bar proves that its time has come.
    const ms = isIntraday(resolution) ? Math.max(now, barMs) : now;
    const left = timeToClose(resolution, barMs, hours, ms);
    return left === null ? "" : countdownText(left);
  }
}
