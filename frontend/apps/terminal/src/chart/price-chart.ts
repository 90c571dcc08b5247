import type {
  Bar,
  DatafeedService,
  Execution,
  Order,
  Position,
  SymbolInfo,
} from "@trading-api/client";
import { ParentType, Side } from "@trading-api/client";
import {
  type AutoscaleInfo,
  type CandlestickData,
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  createChart,
  createSeriesMarkers,
  type HistogramData,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineStyle,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { price, quantity } from "../format.ts";
import { chartLines } from "../labels.ts";
import { colour } from "../theme.ts";

export type ChartState = "loading" | "ready" | "empty" | "failed";

export interface PriceChartOptions {
  datafeed: DatafeedService;
  onState(state: ChartState, reason?: string): void;
  /** Called with the bar under the crosshair, or else the last one. */
  onLegend(bar: Bar | null): void;
  /** Called with whether the last bar is outside of the visible range. */
  onScrolledBack(isScrolledBack: boolean): void;
}

/** A time after every bar, in seconds. */
const END_OF_TIME_S = 4_102_444_800;
const PAGE_BARS = 600;
const BARS_SHOWN = 120;
/** The empty space after the last bar. */
const RIGHT_BARS = 5;
/** Older bars are read when fewer than this are loaded before the visible range. */
const READ_AHEAD_BARS = 150;

/**
 * A live chart of candles and volume, with orders, position and executions. It reads older bars as
 * they are scrolled into view.
 */
export class PriceChart {
  readonly #options: PriceChartOptions;
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #volumes: ISeriesApi<"Histogram">;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  readonly #lines = new Map<string, { line: IPriceLine; text: string }>();
  /** What `showTrading` showed last. */
  #trading: { orders: readonly Order[]; position: Position | undefined } = {
    orders: [],
    position: undefined,
  };
  #isLabelCheckPending = false;
  #bars: Bar[] = [];
  #symbol: SymbolInfo | null = null;
  #resolution = "1";
  #currentLoad: object = {};
  #isReadingOlder = false;
  #hasAllHistory = false;
  #isPointing = false;
  #executions: readonly Execution[] = [];

  constructor(element: HTMLElement, options: PriceChartOptions) {
    this.#options = options;
    this.#chart = createChart(element, {
      autoSize: true,
      layout: { fontFamily: FONT, fontSize: 11, attributionLogo: false },
      crosshair: { mode: CrosshairMode.Normal },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.12, bottom: 0.22 } },
      timeScale: {
        borderVisible: false,
        timeVisible: true,
        rightOffset: RIGHT_BARS,
        minBarSpacing: 1,
      },
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, {
      borderVisible: false,
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => this.#scale(original()),
    });
    this.#volumes = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.#markers = createSeriesMarkers(this.#candles, []);
    // It is called whenever the chart draws, whatever changed the range of prices.
    this.#candles.attachPrimitive({ updateAllViews: () => this.#checkLabels() });
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range === null) return;
      if (range.from < READ_AHEAD_BARS) void this.#readOlder();
      this.#options.onScrolledBack(this.#bars.length > 0 && range.to < this.#bars.length - 1);
    });
    this.#chart.subscribeCrosshairMove(({ time }) => {
      const bar = time === undefined ? null : this.#barAt(Number(time) * 1_000);
      this.#isPointing = bar !== null;
      this.#options.onLegend(bar ?? this.#bars.at(-1) ?? null);
    });
  }

  remove(): void {
    this.#currentLoad = {};
    this.#options.datafeed.unsubscribeBars(GUID);
    this.#chart.remove();
  }

  applyTheme(): void {
    const [up, down, line, muted] = ["up", "down", "line-faint", "muted"].map(colour) as Colours;
    this.#chart.applyOptions({
      layout: { background: { type: ColorType.Solid, color: colour("surface") }, textColor: muted },
      grid: { vertLines: { color: line }, horzLines: { color: line } },
      crosshair: {
        vertLine: { color: muted, labelBackgroundColor: colour("label") },
        horzLine: { color: muted, labelBackgroundColor: colour("label") },
      },
    });
    this.#candles.applyOptions({
      upColor: up,
      downColor: down,
      wickUpColor: up,
      wickDownColor: down,
    });
    this.#volumes.setData(this.#bars.map(volumeOf));
    for (const { line } of this.#lines.values()) this.#candles.removePriceLine(line);
    this.#lines.clear();
    this.showExecutions(this.#executions);
  }

  /** Load and show a series. What was shown before is removed. */
  async show(symbol: SymbolInfo, resolution: string): Promise<void> {
    const load = {};
    this.#currentLoad = load;
    this.#options.datafeed.unsubscribeBars(GUID);
    this.#symbol = symbol;
    this.#resolution = resolution;
    this.#bars = [];
    this.#hasAllHistory = this.#isReadingOlder = false;
    this.#setData();
    this.#options.onLegend(null);
    this.#options.onState("loading");
    const minMove = symbol.minmov / symbol.pricescale;
    const precision = Math.round(Math.log10(symbol.pricescale));
    const formatter = (value: number) => price(value, precision);
    this.#candles.applyOptions({ priceFormat: { type: "custom", formatter, minMove } });
    this.#chart.applyOptions({ timeScale: { secondsVisible: resolution.endsWith("S") } });
    let bars: Bar[];
    try {
      bars = await this.#read(END_OF_TIME_S, true);
    } catch (reason) {
      if (this.#currentLoad === load) this.#options.onState("failed", String(reason));
      return;
    }
    if (this.#currentLoad !== load) return;
    this.#bars = bars;
    this.#setData();
    const to = bars.length + RIGHT_BARS;
    this.#chart.priceScale("right").applyOptions({ autoScale: true });
    this.#chart.timeScale().setVisibleLogicalRange({ from: to - BARS_SHOWN, to });
    this.#options.onLegend(bars.at(-1) ?? null);
    this.#options.onState(bars.length > 0 ? "ready" : "empty");
    this.#options.datafeed.subscribeBars(
      symbol,
      resolution,
      (bar) => this.#applyBar(bar),
      GUID,
      () => void this.show(symbol, resolution),
    );
  }

  scrollToLatest(): void {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    const to = this.#bars.length + RIGHT_BARS;
    if (range) scale.setVisibleLogicalRange({ from: to - (range.to - range.from), to });
  }

  /** Show the orders and the position of the shown symbol as price lines. */
  showTrading(orders: readonly Order[], position: Position | undefined): void {
    this.#trading = { orders, position };
    const wanted = new Map<
      string,
      { price: number; title: string; colour: string; dashed: boolean }
    >();
    if (position) {
      const title = `${position.side === Side.Buy ? "Long" : "Short"} ${quantity(position.qty)}`;
      wanted.set("position", { price: position.avgPrice, title, colour: "accent", dashed: false });
    }
    for (const order of orders) {
      const isBracket =
        order.parentType === ParentType.Order || order.parentType === ParentType.Position;
      const tone = isBracket ? "muted" : order.side === Side.Buy ? "up" : "down";
      for (const { kind, price, title } of chartLines(order)) {
        wanted.set(`${order.id} ${kind}`, { price, title, colour: tone, dashed: true });
      }
    }
    for (const [id, { line }] of [...this.#lines]) {
      if (wanted.has(id)) continue;
      this.#candles.removePriceLine(line);
      this.#lines.delete(id);
    }
    for (const [id, { price: at, title, colour: name, dashed }] of wanted) {
      const isInRange = this.#isInRange(at);
      const text = `${at} ${title} ${name} ${isInRange}`;
      const drawn = this.#lines.get(id);
      if (drawn?.text === text) continue;
      const color = colour(name);
      const lineStyle = dashed ? LineStyle.Dashed : LineStyle.Solid;
      const options = {
        price: at,
        title: isInRange ? title : "",
        color,
        lineStyle,
        lineWidth: 1 as const,
        axisLabelColor: color,
        axisLabelTextColor: colour("surface"),
        axisLabelVisible: isInRange,
      };
      if (drawn) drawn.line.applyOptions(options);
      this.#lines.set(id, { line: drawn?.line ?? this.#candles.createPriceLine(options), text });
    }
  }

  /** Show the executions of the shown symbol as markers on their bars. */
  showExecutions(executions: readonly Execution[]): void {
    this.#executions = executions;
    const [up, down] = [colour("up"), colour("down")];
    const markers: SeriesMarker<Time>[] = [];
    for (const { side, qty, time } of executions) {
      const bar = this.#barAt(time);
      if (bar === null) continue;
      const isBuy = side === Side.Buy;
      markers.push({
        time: secondsOf(bar),
        position: isBuy ? "belowBar" : "aboveBar",
        shape: isBuy ? "arrowUp" : "arrowDown",
        color: isBuy ? up : down,
        text: quantity(qty),
        size: 0.8,
      });
    }
    this.#markers.setMarkers(markers);
  }

  /**
   * Draw the labels of the lines that are in the visible range of prices, and no others. The chart
   * would draw the label of a line outside of it at the height of another price.
   */
  #checkLabels(): void {
    if (this.#isLabelCheckPending || this.#lines.size === 0) return;
    this.#isLabelCheckPending = true;
    // The chart must not be changed while it draws.
    queueMicrotask(() => {
      this.#isLabelCheckPending = false;
      const { orders, position } = this.#trading;
      const hasChanged = [...this.#lines.values()].some(({ line }) => {
        const { price, axisLabelVisible } = line.options();
        return axisLabelVisible !== this.#isInRange(price);
      });
      if (hasChanged) this.showTrading(orders, position);
    });
  }

  #isInRange(price: number): boolean {
    const at = this.#candles.priceToCoordinate(price);
    return at !== null && at >= 0 && at <= this.#chart.paneSize().height;
  }

  /** Extend the price range to the lines that leave the candles at least half of the height. */
  #scale(info: AutoscaleInfo | null): AutoscaleInfo | null {
    if (!info?.priceRange) return info;
    const { minValue, maxValue } = info.priceRange;
    const reach = (maxValue - minValue) / 2;
    const near = [...this.#lines.values()]
      .map(({ line }) => line.options().price)
      .filter((price) => price > minValue - reach && price < maxValue + reach);
    const priceRange = {
      minValue: Math.min(minValue, ...near),
      maxValue: Math.max(maxValue, ...near),
    };
    return { ...info, priceRange };
  }

  #applyBar(bar: Bar): void {
    const last = this.#bars.at(-1);
    if (last && bar.time === last.time) this.#bars[this.#bars.length - 1] = bar;
    else this.#bars.push(bar);
    this.#candles.update(candleOf(bar));
    this.#volumes.update(volumeOf(bar));
    if (!last) this.#options.onState("ready");
    if (!this.#isPointing) this.#options.onLegend(bar);
  }

  async #readOlder(): Promise<void> {
    const [first, load] = [this.#bars[0], this.#currentLoad];
    if (first === undefined || this.#isReadingOlder || this.#hasAllHistory) return;
    this.#isReadingOlder = true;
    try {
      const older = await this.#read(first.time / 1_000, false);
      if (this.#currentLoad !== load) return;
      const before = older.filter(({ time }) => time < first.time);
      this.#hasAllHistory = before.length === 0;
      this.#bars = [...before, ...this.#bars];
      if (before.length > 0) this.#setData();
    } catch {
      // The next scroll tries again.
    } finally {
      if (this.#currentLoad === load) this.#isReadingOlder = false;
    }
  }

  #read(to: number, firstDataRequest: boolean): Promise<Bar[]> {
    const symbol = this.#symbol;
    if (symbol === null) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      // `countBack` decides how many bars before `to` are read, so `from` has no meaning.
      const period = { from: to - 1, to, countBack: PAGE_BARS, firstDataRequest };
      this.#options.datafeed.getBars(symbol, this.#resolution, period, resolve, reject);
    });
  }

  #setData(): void {
    this.#candles.setData(this.#bars.map(candleOf));
    this.#volumes.setData(this.#bars.map(volumeOf));
    this.showExecutions(this.#executions);
  }

  #barAt(ms: number): Bar | null {
    let [low, high] = [0, this.#bars.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#bars[middle]?.time ?? 0) <= ms) low = middle;
      else high = middle - 1;
    }
    const bar = this.#bars[low];
    return bar !== undefined && bar.time <= ms ? bar : null;
  }
}

type Colours = [string, string, string, string];
const GUID = "terminal";
export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';

const secondsOf = ({ time }: Bar): UTCTimestamp => (time / 1_000) as UTCTimestamp;

function candleOf(bar: Bar): CandlestickData {
  const { open, high, low, close } = bar;
  return { time: secondsOf(bar), open, high, low, close };
}

function volumeOf(bar: Bar): HistogramData {
  return { time: secondsOf(bar), value: bar.volume, color: volumeColour(bar.close >= bar.open) };
}

const volumeColour = (isUp: boolean): string => colour(isUp ? "up-faint" : "down-faint");
