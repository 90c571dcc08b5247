import type { Bar, DatafeedService, SymbolInfo } from "@trading-api/client";
import { type Accessor, createSignal } from "solid-js";
import { BarHistory } from "../bar-history.ts";
import type { ChartStore } from "../chart-store.ts";
import type { PriceChart } from "../price-chart.ts";
import { barCount, type Range, rangeStart, resolutionFor } from "./ranges.ts";
import type { SessionHours } from "./session-hours.ts";
import { visibleBars } from "./visible-bars.ts";

/** The bars that one request reads. */
const PAGE_BARS = 5_000;
/** More bars are not loaded at once: a longer resolution shows the same time. */
export const BARS_MAX = 100_000;
/** The least width of a bar of a range in pixels. */
const BAR_PX = 2;
const BAR_PX_LIMITS = { min: 1, max: 50 };
/** The empty space after the last bar in pixels. */
const RIGHT_PX = 40;

export type Arrival =
  | { kind: "shown" }
  /** The date is before the first bar, which is shown. */
  | { kind: "before"; firstMs: number }
  /** There are too many bars since then; `resolution` would show it. */
  | { kind: "far"; resolution: string | undefined }
  | { kind: "failed"; reason: unknown }
  /** Another series or date was chosen meanwhile. */
  | { kind: "replaced" };

export interface TimeWindowOptions {
  datafeed: DatafeedService;
  store: ChartStore;
  hours(): SessionHours;
}

/** Moves a chart to a date or to a range of time, and loads what is missing. */
export class TimeWindow {
  readonly #chart: PriceChart;
  readonly #options: TimeWindowOptions;
  readonly #loaded = createSignal<number | null>(null);
  readonly #stop: () => void;
  /** Counts the series that were shown. Bars of an earlier one do not belong to a later one. */
  #shown = 0;
  /** Identifies the newest movement. Older ones end. */
  #movement: object | null = null;

  constructor(chart: PriceChart, options: TimeWindowOptions) {
    this.#chart = chart;
    this.#options = options;
    this.#stop = chart.onShown(() => {
      this.#shown += 1;
    });
  }

  remove(): void {
    this.cancel();
    this.#stop();
  }

  /** The number of bars that were loaded so far; null while none are loading. */
  readonly loaded: Accessor<number | null> = () => this.#loaded[0]();

  cancel(): void {
    this.#movement = null;
    this.#loaded[1](null);
  }

  /** Show the bar that holds an instant. */
  async goTo(ms: number): Promise<Arrival> {
    const movement = this.#begin();
    const { engine } = this.#chart;
    const first = engine.getDataList()[0]?.timestamp ?? ms;
    const { store, hours } = this.#options;
    if (barCount(store.resolution(), ms, first, hours()) > BARS_MAX) {
      const supported = this.#chart.symbol?.supported_resolutions ?? [];
      return { kind: "far", resolution: resolutionFor(ms, first, supported, hours(), BARS_MAX) };
    }
    const arrival = await this.#loadBackTo(ms, movement);
    if (arrival.kind === "shown" || arrival.kind === "before") {
      const bars = engine.getDataList();
      const { from, to } = visibleBars(engine);
      const at = Math.max(0, firstAfter(bars, ms) - 1);
      engine.scrollToDataIndex(at + Math.round((to - from) / 2));
    }
    return arrival;
  }

  /** Show a range of time up to the newest bar, in bars of a fitting resolution. */
  async showRange(range: Range): Promise<Arrival> {
    const movement = this.#begin();
    const { store, hours } = this.#options;
    const symbol = this.#chart.symbol;
    const endMs = this.#chart.engine.getDataList().at(-1)?.timestamp;
    if (symbol === null || endMs === undefined) return { kind: "replaced" };
    let firstMs = 0;
    try {
      if (range === "All") firstMs = await this.#firstBar(symbol);
    } catch (reason) {
      return { kind: "failed", reason };
    }
    if (movement !== this.#movement) return { kind: "replaced" };
    const fromMs = rangeStart(range, endMs, hours(), firstMs);
    const width = this.#chart.engine.getSize("candle_pane", "main")?.width ?? 0;
    const barsMax = Math.max(1, (width - RIGHT_PX) / BAR_PX);
    const supported = symbol.supported_resolutions;
    const resolution = resolutionFor(fromMs, endMs, supported, hours(), barsMax);
    if (resolution !== undefined && resolution !== store.resolution()) {
      const shown = this.#nextShown();
      store.setResolution(resolution);
      await shown;
      const isCurrent = this.#chart.symbol === symbol && store.resolution() === resolution;
      if (movement !== this.#movement || !isCurrent) return { kind: "replaced" };
    }
    const arrival = await this.#loadBackTo(fromMs, movement);
    if (arrival.kind !== "shown" && arrival.kind !== "before") return arrival;
    this.#showFrom(fromMs);
    return { kind: "shown" };
  }

  #begin(): object {
    const movement = {};
    this.#movement = movement;
    return movement;
  }

  /** Load older bars until there is one at an instant or before it. */
  async #loadBackTo(ms: number, movement: object): Promise<Arrival> {
    const { datafeed, store } = this.#options;
    const { engine, symbol } = this.#chart;
    let firstMs = engine.getDataList()[0]?.timestamp;
    if (symbol === null || firstMs === undefined) return { kind: "replaced" };
    if (firstMs <= ms) return { kind: "shown" };
    const resolution = store.resolution();
    const history = new BarHistory(datafeed, symbol, resolution, PAGE_BARS);
    const shown = this.#shown;
    const isCurrent = () =>
      movement === this.#movement &&
      shown === this.#shown &&
      store.resolution() === resolution &&
      engine.getDataList().length > 0;
    const pages: Bar[][] = [];
    let isFirst = false;
    try {
      for (let count = 0; firstMs > ms; count += pages[0]?.length ?? 0) {
        this.#loaded[1](count);
        const page: Bar[] = await history.readOlder(firstMs);
        if (!isCurrent()) return { kind: "replaced" };
        isFirst = page[0] === undefined;
        if (page[0] === undefined) break;
        pages.unshift(page);
        firstMs = page[0].time;
      }
    } catch (reason) {
      return { kind: "failed", reason };
    } finally {
      if (movement === this.#movement) this.#loaded[1](null);
    }
    this.#chart.prepend(pages.flat());
    return isFirst ? { kind: "before", firstMs } : { kind: "shown" };
  }

  /** Return the time of the first bar of all, as far as one page of the longest bars reaches. */
  async #firstBar(symbol: SymbolInfo): Promise<number> {
    const [longest = "1"] = symbol.supported_resolutions.slice(-1);
    const history = new BarHistory(this.#options.datafeed, symbol, longest, PAGE_BARS);
    return (await history.readNewest())[0]?.time ?? 0;
  }

  #showFrom(ms: number): void {
    const { engine } = this.#chart;
    const bars = engine.getDataList();
    const count = Math.max(1, bars.length - firstAfter(bars, ms - 1));
    const width = engine.getSize("candle_pane", "main")?.width ?? 0;
    const space = (width - RIGHT_PX) / count;
    engine.setBarSpace(Math.min(Math.max(space, BAR_PX_LIMITS.min), BAR_PX_LIMITS.max));
    engine.setOffsetRightDistance(RIGHT_PX);
  }

  #nextShown(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#chart.onShown(() => {
        stop();
        resolve();
      });
    });
  }
}

/** Return the index of the first bar after an instant. */
function firstAfter(bars: readonly { timestamp: number }[], ms: number): number {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.timestamp ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
