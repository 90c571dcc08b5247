import { type Chart, dispose, init, type KLineData } from "klinecharts";
import type { CurvePoint } from "../equity-curve.ts";
import { money } from "../format.ts";
import { colour } from "../theme.ts";
import { CHART_OPTIONS, chartStyles, priceFormat } from "./chart-styles.ts";
import { showTimes } from "./time-ticks.ts";

/** The smallest width of a point in pixels: a chart of 1,000 pixels shows 10,000 of them. */
const POINT_PX_MIN = 0.1;
const POINT_PX_MAX = 200;

/** A chart of money over time. */
export class CurveChart {
  readonly #chart: Chart;
  #points: readonly CurvePoint[] = [];
  #applyUpdate: (point: KLineData) => void = () => {};

  constructor(element: HTMLElement) {
    const chart = init(element, {
      ...CHART_OPTIONS,
      ...priceFormat(2, money),
      layout: { barSpaceLimit: { min: POINT_PX_MIN, max: POINT_PX_MAX } },
    });
    if (chart === null) throw new Error("The chart has no element");
    this.#chart = chart;
    // The chart has no keys of its own, so it must not take the focus.
    chart.getDom()?.removeAttribute("tabindex");
    showTimes(chart);
    chart.setSymbol({ ticker: "equity", pricePrecision: 2 });
    chart.setPeriod({ type: "second", span: 1 });
    chart.setDataLoader({
      getBars: ({ type, callback }) => callback(type === "init" ? this.#points.map(pointOf) : []),
      subscribeBar: ({ callback }) => {
        this.#applyUpdate = callback;
      },
    });
  }

  remove(): void {
    dispose(this.#chart);
  }

  applyTheme(): void {
    this.#chart.setStyles(chartStyles());
    const accent = colour("accent");
    const mark = { upColor: accent, downColor: accent, noChangeColor: accent };
    this.#chart.setStyles({ candle: { type: "area", priceMark: { last: mark } } });
  }

  /** Show points, all of them at the same time. */
  show(points: readonly CurvePoint[]): void {
    this.#points = points;
    const width = this.#chart.getSize("candle_pane", "main")?.width ?? 0;
    const space = width / Math.max(points.length, 1);
    this.#chart.setBarSpace(Math.min(Math.max(space, POINT_PX_MIN), POINT_PX_MAX));
    this.#chart.setOffsetRightDistance(0);
    this.#chart.resetData();
  }

  /** Replace the last point, or append one after it. */
  update(point: CurvePoint): void {
    this.#applyUpdate(pointOf(point));
  }
}

function pointOf({ time, value }: CurvePoint): KLineData {
  return { timestamp: time * 1_000, open: value, high: value, low: value, close: value };
}
