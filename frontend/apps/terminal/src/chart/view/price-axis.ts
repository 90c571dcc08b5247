import type { AxisCreateRangeCallback, AxisCreateTicksCallback, Chart, YAxis } from "klinecharts";
import { registerYAxis } from "klinecharts";
import { percent, price } from "../../format.ts";
import type { PriceChart } from "../price-chart.ts";
import { logTicks, type Scale, scaledRange } from "./scales.ts";
import { visibleBars } from "./visible-bars.ts";

/** The engine's own percentages are not in the browser's language. */
const PERCENT = "view-percent";
const NAMES: Record<Scale, string> = { linear: "normal", log: "logarithm", percent: PERCENT };
const PANE = "candle_pane";
/** The least distance between two labels in pixels. */
const TICK_PX = 30;

registerYAxis({
  name: PERCENT,
  minSpan: () => 0.01,
  displayValueToText: (value) => percent(value),
  valueToRealValue: (value, { range }) =>
    range.range === 0
      ? range.realFrom
      : ((value - range.from) / range.range) * range.realRange + range.realFrom,
  realValueToValue: (value, { range }) =>
    range.realRange === 0
      ? range.from
      : ((value - range.realFrom) / range.realRange) * range.range + range.from,
});

/** The price axis of a chart, in one of the scales. */
export class PriceAxis {
  readonly #chart: PriceChart;
  /** The range of the candles and of the lines over the chart. */
  readonly #ownRange: AxisCreateRangeCallback;
  readonly #otherPrices: () => readonly number[];
  #scale: Scale = "linear";

  /** `otherPrices` are those of the visible comparisons, as prices of the symbol. */
  constructor(chart: PriceChart, otherPrices: () => readonly number[]) {
    this.#chart = chart;
    this.#otherPrices = otherPrices;
    this.#ownRange = axisOf(chart.engine).createRange;
    this.#override();
  }

  set scale(scale: Scale) {
    if (scale === this.#scale) return;
    this.#scale = scale;
    this.#override();
  }

  /** Show all prices again after a user moved the axis. */
  fit(): void {
    this.#chart.fitPrices();
  }

  #override(): void {
    const { engine } = this.#chart;
    engine.overrideYAxis({
      paneId: PANE,
      name: NAMES[this.#scale],
      // An axis of another name is a new one.
      gap: { ...axisOf(engine).gap },
      createRange: (params) => {
        const range = this.#ownRange(params);
        const others = this.#otherPrices();
        const prices = {
          from: Math.min(range.from, ...others),
          to: Math.max(range.to, ...others),
          base: basePrice(engine),
        };
        return scaledRange(this.#scale, range, prices);
      },
      createTicks: (params) => this.#ticks(params),
    });
  }

  #ticks({
    range,
    bounding,
    defaultTicks,
  }: Parameters<AxisCreateTicksCallback>[0]): ReturnType<AxisCreateTicksCallback> {
    if (this.#scale !== "log") return defaultTicks;
    const { displayFrom, displayTo } = range;
    const values = logTicks(displayFrom, displayTo, TICK_PX / bounding.height);
    if (values === null) return defaultTicks;
    const axis = axisOf(this.#chart.engine);
    return values.map((value) => ({
      value,
      coord: axis.convertToPixel(value),
      text: price(value, this.#chart.decimals),
    }));
  }
}

/** Return the price of zero percent: the close of the first visible bar, or 0 without one. */
export function basePrice(engine: Chart): number {
  return engine.getDataList()[visibleBars(engine).from]?.close ?? 0;
}

const axisOf = (engine: Chart): YAxis => engine.getYAxes({ paneId: PANE })[0] as YAxis;
