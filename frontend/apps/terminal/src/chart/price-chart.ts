import {
  type Bar,
  type DatafeedService,
  type Execution,
  Side,
  type SymbolInfo,
} from "@trading-api/client";
import {
  type AxisCreateRangeParams,
  type AxisRange,
  type Chart,
  type DataLoaderGetBarsParams,
  dispose,
  init,
  type KLineData,
  type VisibleRange,
  type YAxis,
} from "klinecharts";
import { quantity } from "../format.ts";
import type { SharedFrames } from "../shared-frames.ts";
import { BarConflation } from "./bar-conflation.ts";
import { BarHistory } from "./bar-history.ts";
import { BarLayer } from "./bar-layer.ts";
import { CHART_OPTIONS, chartStyles, priceFormat } from "./chart-styles.ts";
import { indexOfTime } from "./index-of-time.ts";
import { periodOf } from "./period.ts";
import type { PriceScale } from "./price-scale.ts";
import { showTimes } from "./time-ticks.ts";

export type ChartState = "loading" | "ready" | "empty" | "failed";

export interface PriceChartOptions {
  datafeed: DatafeedService;
  /** The frames of the page. */
  frames: SharedFrames;
  onState(state: ChartState, reason?: string): void;
  /** Called with the bar under the crosshair, or else the last one. */
  onLegend(bar: Bar | null): void;
  /** Called with whether the last bar is outside of the visible range. */
  onScrolledBack(isScrolledBack: boolean): void;
}

const BARS_SHOWN = 120;
/** A narrow screen shows fewer bars, so that a candle has a body. */
const BAR_PX_MIN = 4;
const BAR_PX_MAX = 50;
/** The empty space after the last bar. */
const RIGHT_BARS = 5;
/** Older bars are read when fewer than this are loaded before the visible range. */
const READ_AHEAD_BARS = 150;
/** The empty space over the candles, and under them for the volumes, as parts of their height. */
const GAP = { top: 0.18, bottom: 0.33 };

/**
 * A live chart of candles and volume, with orders, position and executions. It reads older bars as
 * they are scrolled into view. A feature, such as indicators, is a class that takes this one.
 */
export class PriceChart {
  /** The engine that draws. The chart alone decides which series it shows. */
  readonly engine: Chart;
  readonly frames: SharedFrames;
  readonly #options: PriceChartOptions;
  /** The name of the subscription, which no other chart has. */
  readonly #guid: string;
  readonly #shownListeners = new Set<() => void>();
  readonly #drawListeners = new Set<(scale: PriceScale) => void>();
  readonly #crosshairListeners = new Set<(y: number | null) => void>();
  readonly #layer: BarLayer;
  readonly #updates: BarConflation;
  #symbol: SymbolInfo | null = null;
  #resolution = "";
  #history: BarHistory | null = null;
  /** The bars that the chart takes when it is reset. It has its own list of them. */
  #loaded: Bar[] = [];
  #mustRedraw = false;
  #applyUpdate: (bar: KLineData) => void = () => {};
  /** The time of the bar under the crosshair; null without one. */
  #pointedTime: number | null = null;
  /** The part of the series that was visible last, to see its changes. */
  #rangeText = "";
  #isScrolledBack = false;
  /** Whether the chart was not shown, so that it had no width. */
  #wasHidden = false;
  #hasUsualWidth = true;

  constructor(element: HTMLElement, options: PriceChartOptions) {
    this.#options = options;
    this.frames = options.frames;
    this.#updates = new BarConflation((bar) => this.#applyBar(bar));
    charts += 1;
    this.#guid = `terminal ${charts}`;
    const chart = init(element, { ...CHART_OPTIONS, layout: { yAxis: { gap: GAP } } });
    if (chart === null) throw new Error("The chart has no element");
    this.engine = chart;
    // The chart has no keys of its own, so it must not take the focus.
    chart.getDom()?.removeAttribute("tabindex");
    this.#layer = new BarLayer(chart, {
      onDraw: (yAxis) => this.#draw(yAxis),
      onCrosshair: (bar, y) => this.#point(bar, y),
    });
    chart.overrideYAxis({ createRange: (params) => this.#extendRange(params) });
    showTimes(chart);
    chart.subscribeAction("onVisibleRangeChange", (range) =>
      this.#onRangeChange(range as VisibleRange),
    );
    chart.setDataLoader({
      getBars: (request) => void this.#serve(request),
      subscribeBar: ({ callback }) => {
        this.#applyUpdate = callback;
      },
    });
  }

  remove(): void {
    this.#history = null;
    this.#updates.clear();
    this.#options.datafeed.unsubscribeBars(this.#guid);
    this.#layer.remove();
    dispose(this.engine);
  }

  applyTheme(): void {
    this.engine.setStyles(chartStyles());
  }

  /** Load and show a series. What was shown before is removed. */
  async show(symbol: SymbolInfo, resolution: string): Promise<void> {
    const history = new BarHistory(this.#options.datafeed, symbol, resolution);
    this.#history = history;
    this.#updates.clear();
    this.#options.datafeed.unsubscribeBars(this.#guid);
    this.#symbol = symbol;
    this.#resolution = resolution;
    this.#loaded = [];
    this.#pointedTime = null;
    const { thousandsSeparator, decimalFold } = priceFormat(this.decimals);
    if (thousandsSeparator) this.engine.setThousandsSeparator(thousandsSeparator);
    if (decimalFold) this.engine.setDecimalFold(decimalFold);
    this.engine.setSymbol({ ticker: symbol.name, pricePrecision: this.decimals });
    this.engine.setPeriod(periodOf(resolution));
    this.#options.onLegend(null);
    this.#options.onState("loading");
    let bars: Bar[];
    try {
      bars = await history.readNewest();
    } catch (reason) {
      if (this.#history === history) this.#options.onState("failed", String(reason));
      return;
    }
    if (this.#history !== history) return;
    this.#loaded = bars;
    this.#showNewest();
    this.engine.resetData();
    this.#options.onLegend(bars.at(-1) ?? null);
    this.#options.onState(bars.length > 0 ? "ready" : "empty");
    for (const listener of this.#shownListeners) listener();
    this.#options.datafeed.subscribeBars(
      symbol,
      resolution,
      (bar) => {
        this.#updates.push(bar);
        this.frames.requestChart(this.#update);
      },
      this.#guid,
      () => void this.show(symbol, resolution),
    );
  }

  /** The symbol whose bars are shown or loaded; null before the first one. */
  get symbol(): SymbolInfo | null {
    return this.#symbol;
  }

  /** Return whether the prices on the screen are those of a symbol: its bars are loaded. */
  isShowing(symbol: string): boolean {
    return this.#symbol?.name === symbol && this.engine.getDataList().length > 0;
  }

  /** The number of decimals of a price. */
  get decimals(): number {
    return Math.round(Math.log10(this.#symbol?.pricescale ?? 100));
  }

  /** Return the price of the symbol's grid that is next to `price`, `ticks` away from it. */
  snap(price: number, ticks = 0): number {
    const { minmov = 1, pricescale = 100 } = this.#symbol ?? {};
    const count = Math.round((price * pricescale) / minmov) + ticks;
    return Number(((count * minmov) / pricescale).toFixed(this.decimals));
  }

  /** Call `listener` each time that the newest bars of a series are shown. Return how to stop that. */
  onShown(listener: () => void): () => void {
    this.#shownListeners.add(listener);
    return () => this.#shownListeners.delete(listener);
  }

  /**
   * Call `listener` with each drawing of the candles, when prices may have moved on the screen.
   * Return how to stop that.
   */
  onDraw(listener: (scale: PriceScale) => void): () => void {
    this.#drawListeners.add(listener);
    return () => this.#drawListeners.delete(listener);
  }

  /**
   * Call `listener` with the height of the crosshair in the pane of the candles, or null without
   * one. Return how to stop that.
   */
  onCrosshair(listener: (y: number | null) => void): () => void {
    this.#crosshairListeners.add(listener);
    return () => this.#crosshairListeners.delete(listener);
  }

  /** Return the prices that are shown besides the candles, which use those from `from` to `to`. */
  extraPrices: (from: number, to: number) => readonly number[] = () => [];

  /** Extend the range of prices to these, until the user gives the height to the candles again. */
  revealPrices: (prices: readonly number[]) => void = () => {};

  /** Draw again at the next frame. A range of prices that a user chose on the axis stays. */
  redraw(): void {
    this.engine.setStyles({});
  }

  /** Draw again in the chart's next turn, as `redraw` does. */
  requestRedraw(): void {
    this.#mustRedraw = true;
    this.frames.requestChart(this.#update);
  }

  /** Draw again with the range of prices that fits, whatever a user chose on the axis. */
  fitPrices(): void {
    this.engine.overrideYAxis({ paneId: "candle_pane" });
  }

  /** Show older bars, which reach up to the shown ones. The newest bar is in view then. */
  prepend(older: readonly Bar[]): void {
    const bars = this.engine.getDataList().map(barOf);
    const [first] = bars;
    if (this.#symbol === null || first === undefined) return;
    // A page that is being read for the bars until now must not be added.
    this.#history = new BarHistory(this.#options.datafeed, this.#symbol, this.#resolution);
    this.#loaded = [...older.filter(({ time }) => time < first.time), ...bars];
    this.engine.resetData();
  }

  scrollToLatest(): void {
    this.engine.scrollToRealTime();
  }

  /** Show the executions of the shown symbol as markers on their bars. */
  showExecutions(executions: readonly Execution[]): void {
    this.#layer.markers = executions
      .map(({ side, qty, time }) => ({ time, isBuy: side === Side.Buy, text: quantity(qty) }))
      .sort((a, b) => a.time - b.time);
    this.requestRedraw();
  }

  /** Show the newest bars at the usual width, as soon as the chart itself is shown. */
  #showNewest(): void {
    const width = this.engine.getSize("candle_pane", "main")?.width ?? 0;
    this.#hasUsualWidth = width > 0;
    if (width === 0) return;
    const space = Math.min(Math.max(width / (BARS_SHOWN + RIGHT_BARS), BAR_PX_MIN), BAR_PX_MAX);
    this.engine.setBarSpace(space);
    this.engine.setOffsetRightDistance(space * RIGHT_BARS);
  }

  /** Show what was visible before the chart was hidden. A chart without width loses its place. */
  #recoverWidth(): void {
    const wasHidden = this.#wasHidden;
    this.#wasHidden = false;
    if (!this.#hasUsualWidth) this.#showNewest();
    else if (wasHidden && !this.#isScrolledBack) this.engine.scrollToRealTime();
  }

  /** Answer a request of the chart for bars. "forward" are those before the first one. */
  async #serve({ type, timestamp, callback }: DataLoaderGetBarsParams): Promise<void> {
    const history = this.#history;
    if (type !== "forward" || timestamp === null || history === null) {
      callback(type === "init" ? this.#loaded.map(candleOf) : [], { forward: true });
      return;
    }
    const bars = await history.readOlder(timestamp).catch(() => null);
    // A request of a series that is not shown any more must not be answered.
    if (this.#history !== history) return;
    callback((bars ?? []).map(candleOf), { forward: bars === null || bars.length > 0 });
  }

  #onRangeChange({ from, to }: VisibleRange): void {
    if (this.engine.getSize()?.width === 0) {
      this.#wasHidden = true;
      return;
    }
    if (this.#wasHidden) return;
    const bars = this.engine.getDataList();
    const first = bars[0];
    const text = `${from} ${to} ${bars.length} ${first?.timestamp}`;
    if (text === this.#rangeText) return;
    this.#rangeText = text;
    this.#isScrolledBack = bars.length > 0 && to < bars.length;
    this.#options.onScrolledBack(this.#isScrolledBack);
    if (first === undefined || from >= READ_AHEAD_BARS) return;
    this.#history?.readAhead(first.timestamp).catch(() => {});
  }

  #point(bar: KLineData | null, y: number | null): void {
    for (const listener of this.#crosshairListeners) listener(y);
    // Without a crosshair, half of the canvases are empty, and the page need not compose them.
    this.engine.getDom()?.toggleAttribute("data-crosshair", bar !== null);
    const time = bar?.timestamp ?? null;
    const isOther = time !== this.#pointedTime;
    this.#pointedTime = time;
    // A new value of the same bar is shown together with the other legends.
    if (isOther) this.#showLegend();
  }

  #draw(yAxis: YAxis): void {
    // The chart must not be changed while it draws.
    if (this.engine.getSize()?.width !== 0) queueMicrotask(() => this.#recoverWidth());
    const scale = {
      height: this.engine.getSize("candle_pane", "main")?.height ?? 0,
      axisWidth: this.engine.getSize("candle_pane", "yAxis")?.width ?? 0,
      toPixel: (price: number) => yAxis.convertToPixel(price),
      toPrice: (pixel: number) => yAxis.convertFromPixel(pixel),
    };
    for (const listener of this.#drawListeners) listener(scale);
  }

  #extendRange({ defaultRange }: AxisCreateRangeParams): AxisRange {
    const { from, to } = defaultRange;
    const extra = this.extraPrices(from, to);
    return rangeOf(defaultRange, Math.min(from, ...extra), Math.max(to, ...extra));
  }

  #applyBar(bar: Bar): void {
    const isFirst = this.engine.getDataList().length === 0;
    this.#applyUpdate(candleOf(bar));
    if (isFirst) this.#options.onState("ready");
    this.frames.requestTexts("legends", this.#showLegend);
  }

  readonly #showLegend = (): void => {
    // The engine points while it draws, which may be after this. Its list has the values of now.
    const bars = this.engine.getDataList();
    const shown = bars[indexOfTime(bars, this.#pointedTime ?? Number.POSITIVE_INFINITY)];
    if (shown !== undefined) this.#options.onLegend(barOf(shown));
  };

  /** Apply the newest bars, which draws the chart, or draw it without them. */
  readonly #update = (): void => {
    const isDrawn = this.#updates.flush();
    if (this.#mustRedraw && !isDrawn) this.redraw();
    this.#mustRedraw = false;
  };
}

let charts = 0;

function rangeOf(range: AxisRange, from: number, to: number): AxisRange {
  return {
    ...range,
    ...{ from, to, range: to - from },
    ...{ realFrom: from, realTo: to, realRange: to - from },
    ...{ displayFrom: from, displayTo: to, displayRange: to - from },
  };
}

function candleOf({ time, open, high, low, close, volume }: Bar): KLineData {
  return { timestamp: time, open, high, low, close, volume };
}

function barOf({ timestamp, open, high, low, close, volume = 0 }: KLineData): Bar {
  return { time: timestamp, open, high, low, close, volume };
}
