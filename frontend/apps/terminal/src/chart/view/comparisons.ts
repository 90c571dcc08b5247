import type { DatafeedService, SymbolInfo } from "@trading-api/client";
import { createSignal } from "solid-js";
import { colour } from "../../theme.ts";
import { FONT } from "../chart-styles.ts";
import type { PriceChart } from "../price-chart.ts";
import { alignedCloses } from "./alignment.ts";
import { ComparedSeries } from "./compared-series.ts";
import { addLayer } from "./layers.ts";
import { basePrice } from "./price-axis.ts";
import { nextBarStart } from "./resolution.ts";
import { visibleBars } from "./visible-bars.ts";

export interface ComparisonsOptions {
  datafeed: DatafeedService;
  info(symbol: string): Promise<SymbolInfo>;
  resolution(): string;
  /** Return the chosen symbols. A symbol keeps its place, and so its colour. */
  order(): readonly string[];
}

/** A comparison that is drawn: its visible closes, and the one of zero percent. */
interface Visible {
  symbol: string;
  tone: string;
  closes: readonly (number | null)[];
  base: number;
}

/** Write the name of a line on a background, so that it can be read on other lines. */
function nameLine(ctx: CanvasRenderingContext2D, name: string, x: number, y: number): void {
  const tone = ctx.fillStyle;
  const width = ctx.measureText(name).width + 4;
  ctx.fillStyle = colour("surface");
  ctx.fillRect(ctx.textAlign === "left" ? x - 2 : x + 2 - width, y - 11, width, 14);
  ctx.fillStyle = tone;
  ctx.fillText(name, x, y);
}

/** The names of the colours. */
const TONES = ["compare-1", "compare-2", "compare-3", "compare-4"] as const;

/**
 * Other symbols as lines on a percent scale, from the first visible bar on. They are aligned by time
 * and live.
 */
export class Comparisons {
  readonly #chart: PriceChart;
  readonly #options: ComparisonsOptions;
  readonly #series = new Map<string, ComparedSeries>();
  /** Counts the changes of what is drawn, for the legend. */
  readonly #version = createSignal(0);
  readonly #removeLayer: () => void;
  #symbols: readonly string[] = [];
  #visible: readonly Visible[] = [];
  #bases = "";
  #generation = 0;
  #isRemoved = false;

  constructor(chart: PriceChart, options: ComparisonsOptions) {
    this.#chart = chart;
    this.#options = options;
    this.#removeLayer = addLayer(chart.engine, "comparisons", {
      zLevel: 0,
      draw: ({ ctx, xAxis, yAxis, bounding }) =>
        this.#draw(
          ctx,
          (index) => xAxis.convertToPixel(index),
          (price) => yAxis.convertToPixel(price),
          bounding.width,
        ),
    });
  }

  remove(): void {
    this.#isRemoved = true;
    this.#symbols = [];
    this.#stop();
    this.#removeLayer();
  }

  /**
   * Compare with these symbols, and no others. Each `generation` of the chart's bars has bars of its
   * own, such as those of another resolution.
   */
  show(symbols: readonly string[], generation: number): void {
    if (generation !== this.#generation) this.#stop();
    this.#generation = generation;
    this.#symbols = symbols;
    for (const [symbol, series] of this.#series) {
      if (symbols.includes(symbol)) continue;
      series.stop();
      this.#series.delete(symbol);
    }
    for (const symbol of symbols) if (!this.#series.has(symbol)) void this.#add(symbol);
    this.#redraw();
  }

  /** Return the visible closes as prices of the chart's symbol, which has the same percent there. */
  prices = (): number[] => {
    this.#update();
    const own = basePrice(this.#chart.engine);
    return this.#visible.flatMap(({ closes, base }) =>
      closes.filter((close) => close !== null).map((close) => (close / base) * own),
    );
  };

  /** The colour of a symbol's line, as the name of a property of the style sheet. */
  toneOf(symbol: string): string {
    return TONES[Math.max(0, this.#options.order().indexOf(symbol)) % TONES.length] ?? TONES[0];
  }

  /** Return the change in percent since the first visible bar, at a bar; null where there is none. */
  percentAt(symbol: string, barMs: number): number | null {
    this.#version[0]();
    const base = this.#visible.find((each) => each.symbol === symbol)?.base ?? 0;
    const bars = this.#series.get(symbol)?.bars ?? [];
    const [close] = alignedCloses([barMs], bars, this.#endOf, this.#nextBar(barMs));
    return base > 0 && close != null ? (close / base - 1) * 100 : null;
  }

  #stop(): void {
    for (const series of this.#series.values()) series.stop();
    this.#series.clear();
  }

  async #add(symbol: string): Promise<void> {
    const { datafeed, info, resolution } = this.#options;
    const generation = this.#generation;
    const found = await info(symbol).catch(() => null);
    // It may have been removed, or added again, meanwhile.
    const isWanted = generation === this.#generation && this.#symbols.includes(symbol);
    if (found === null || !isWanted || this.#series.has(symbol)) return;
    const guid = `${this.#chart.engine.id} compares ${symbol}`;
    const onChange = () => this.#redraw();
    const options = { datafeed, guid, symbol: found, resolution: resolution(), onChange };
    this.#series.set(symbol, new ComparedSeries(options));
  }

  /** Draw again in the next turn of the chart. */
  #redraw(): void {
    if (this.#isRemoved) return;
    this.#chart.requestRedraw();
    this.#chart.frames.requestTexts("legends", this.#showValues);
  }

  readonly #showValues = (): void => void this.#version[1]((count) => count + 1);

  /** Compute what is visible. The legend follows the prices of zero percent. */
  #update(): void {
    this.#visible = this.#compute();
    const bases = this.#visible.map(({ symbol, base }) => `${symbol} ${base}`).join();
    if (bases === this.#bases) return;
    this.#bases = bases;
    queueMicrotask(this.#showValues);
  }

  #compute(): Visible[] {
    if (this.#series.size === 0) return [];
    const { engine } = this.#chart;
    const { from, to } = visibleBars(engine);
    const bars = engine.getDataList();
    const times = bars.slice(from, to).map(({ timestamp }) => timestamp);
    const first = times[0];
    if (first === undefined) return [];
    return this.#symbols.flatMap((symbol) => {
      const series = this.#series.get(symbol);
      if (series === undefined) return [];
      void series.readBackTo(first);
      const closes = alignedCloses(times, series.bars, this.#endOf, bars[to]?.timestamp);
      const base = closes.find((close) => close !== null) ?? 0;
      return base > 0 ? [{ symbol, tone: this.toneOf(symbol), closes, base }] : [];
    });
  }

  #draw(
    ctx: CanvasRenderingContext2D,
    toX: (index: number) => number,
    toY: (price: number) => number,
    width: number,
  ): void {
    this.#update();
    const { from } = visibleBars(this.#chart.engine);
    const own = basePrice(this.#chart.engine);
    ctx.lineWidth = 2;
    ctx.setLineDash([]);
    ctx.lineJoin = "round";
    ctx.font = `11px ${FONT}`;
    for (const { symbol, tone, closes, base } of this.#visible) {
      ctx.strokeStyle = colour(tone);
      ctx.fillStyle = colour(tone);
      ctx.beginPath();
      let [x, y] = [0, 0];
      closes.forEach((close, index) => {
        if (close === null) return;
        [x, y] = [toX(from + index), toY((close / base) * own)];
        ctx.lineTo(x, y);
      });
      ctx.stroke();
      // The name at the end of a line tells it apart from those of other colours.
      const isRoomy = width - x > ctx.measureText(symbol).width + 8;
      ctx.textAlign = isRoomy ? "left" : "right";
      nameLine(ctx, symbol, isRoomy ? x + 5 : x, y - 8);
    }
  }

  readonly #endOf = (barMs: number): number => nextBarStart(this.#options.resolution(), barMs);

  #nextBar(barMs: number): number | undefined {
    const bars = this.#chart.engine.getDataList();
    let [low, high] = [0, bars.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((bars[middle]?.timestamp ?? 0) <= barMs) low = middle + 1;
      else high = middle;
    }
    return bars[low]?.timestamp;
  }
}
