import { createSignal } from "solid-js";
import type { PriceChart } from "../price-chart.ts";

/** The prices that a chart shows besides those of its candles: near lines, and what was revealed. */
export class ExtraPrices {
  /** Return the prices of the lines on the chart. */
  lines: () => readonly number[] = () => [];
  readonly #chart: PriceChart;
  /** The lines that the range of prices contains, however far they are. */
  readonly #revealed = createSignal<ReadonlySet<number>>(new Set());
  /** The prices of a place that is shown, which no line needs to have. */
  readonly #places = createSignal<readonly number[]>([]);

  constructor(chart: PriceChart) {
    this.#chart = chart;
    chart.extraPrices = (from, to) => this.#find(from, to);
    chart.revealPrices = (prices) => {
      this.#places[1](prices);
      chart.fitPrices();
    };
  }

  /** Whether something far from the candles is shown. */
  get isExtended(): boolean {
    return this.#revealed[0]().size > 0 || this.#places[0]().length > 0;
  }

  /** Show the lines at these prices too, however far they are. */
  reveal(prices: readonly number[]): void {
    this.#revealed[1]((shown) => new Set([...shown, ...prices]));
    this.#chart.fitPrices();
  }

  /** Forget what was revealed. */
  clear(): void {
    this.#revealed[1](new Set<number>());
    this.#places[1]([]);
  }

  /** Give the height to the candles again. */
  fitCandles(): void {
    this.clear();
    this.#chart.fitPrices();
  }

  remove(): void {
    this.#chart.extraPrices = () => [];
    this.#chart.revealPrices = () => {};
  }

  /** Extend the range of prices to lines that leave the candles at least half of the height. */
  #find(from: number, to: number): readonly number[] {
    const half = (to - from) / 2;
    const shown = this.lines().filter(
      (price) => (price > from - half && price < to + half) || this.#revealed[0]().has(price),
    );
    return [...shown, ...this.#places[0]()];
  }
}
