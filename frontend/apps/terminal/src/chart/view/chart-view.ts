import type { DatafeedService, SymbolInfo } from "@trading-api/client";
import { type Accessor, createEffect, createMemo, createRoot, createSignal } from "solid-js";
import { createLatch } from "../../latch.ts";
import { loadPart } from "../../part.ts";
import { view as texts } from "../../texts/view.ts";
import { theme } from "../../theme.ts";
import type { ChartStore } from "../chart-store.ts";
import type { PriceChart } from "../price-chart.ts";
import { BarCountdown } from "./bar-countdown.ts";
import { BarTypes } from "./bar-types.ts";
import type { Comparisons, ComparisonsOptions } from "./comparisons.ts";
import { PriceAxis } from "./price-axis.ts";
import { isIntraday } from "./resolution.ts";
import { SessionHours } from "./session-hours.ts";
import { SessionLayer } from "./session-layer.ts";
import { TimeAxis } from "./time-axis.ts";
import { TimeWindow } from "./time-window.ts";
import { localZone, type TimeZone, timeZone, UTC } from "./time-zone.ts";
import { ViewSettings } from "./view-settings.ts";
import { visibleBars } from "./visible-bars.ts";

export interface ChartViewOptions {
  chart: PriceChart;
  store: ChartStore;
  datafeed: DatafeedService;
  info(symbol: string): Promise<SymbolInfo>;
  /** Return the market's time in ms UTC, or null while it is not known. */
  now(): number | null;
}

/** How a chart shows its series: type, scale, zone, sessions, comparisons, and which time. */
export class ChartView {
  readonly chart: PriceChart;
  readonly settings: ViewSettings;
  readonly axis: PriceAxis;
  /** The compared symbols; null until they are loaded, once there is one. */
  readonly comparisons: Accessor<Comparisons | null>;
  readonly countdown: BarCountdown;
  readonly time: TimeWindow;
  /** The hours of the shown symbol. */
  readonly hours: Accessor<SessionHours>;
  /** The zone of the shown times. Bars of days and more have dates, which are the same everywhere. */
  readonly zone: Accessor<TimeZone>;
  /** The times of the first and the last visible bar; null without bars. */
  readonly visible: Accessor<{ from: number; to: number } | null>;
  readonly now: () => number | null;
  readonly #store: ChartStore;
  readonly #dispose: () => void;
  #isRemoved = false;

  constructor({ chart, store, datafeed, info, now }: ChartViewOptions) {
    this.chart = chart;
    this.#store = store;
    this.now = now;
    this.settings = new ViewSettings(store);
    const { engine } = chart;
    const { resolution } = store;
    const [symbol, setSymbol] = createSignal(chart.symbol);
    const [generation, setGeneration] = createSignal(engine.getDataList().length > 0 ? 1 : 0);
    const types = new BarTypes(engine);
    const times = new TimeAxis(chart);
    const [comparisons, setComparisons] = createSignal<Comparisons | null>(null);
    this.comparisons = comparisons;
    this.axis = new PriceAxis(chart, () => comparisons()?.prices() ?? []);
    const series = () => ({ hours: this.hours(), resolution: resolution() });
    const sessions = new SessionLayer(chart, series);
    this.countdown = new BarCountdown(chart, { series, now });
    this.time = new TimeWindow(chart, { datafeed, store, hours: () => this.hours() });
    const [hours, zone, dispose] = createRoot((dispose) => {
      const hours = createMemo(() => new SessionHours(symbol() ?? AROUND_THE_CLOCK));
      const zone = createMemo(() => this.#zone(hours()));
      createEffect(() => {
        theme();
        types.show(this.settings.type());
      });
      createEffect(() => {
        theme();
        this.countdown.applyTheme();
      });
      createEffect(() => {
        this.axis.scale = this.settings.scale();
      });
      createEffect(() => times.show(zone(), resolution()));
      createEffect(() => {
        sessions.isShown = this.settings.showsSessions();
      });
      const isCompared = createLatch(() => this.settings.compared().length > 0);
      createEffect(() => {
        const order = () => this.settings.compared();
        if (isCompared())
          void this.#compare({ datafeed, info, resolution, order }).then(setComparisons);
      });
      createEffect(() => {
        const others = this.settings.compared().filter((each) => each !== store.symbol());
        comparisons()?.show(generation() === 0 ? [] : others, generation());
      });
      return [hours, zone, dispose] as const;
    });
    this.hours = hours;
    this.zone = zone;
    const [visible, setVisible] = createSignal<{ from: number; to: number } | null>(null, {
      equals: (a, b) => a?.from === b?.from && a?.to === b?.to,
    });
    this.visible = visible;
    const followRange = () => {
      const { from, to } = visibleBars(engine);
      const bars = engine.getDataList();
      const [first, last] = [bars[from], bars[to - 1]];
      setVisible(first && last ? { from: first.timestamp, to: last.timestamp } : null);
    };
    engine.subscribeAction("onVisibleRangeChange", followRange);
    followRange();
    const stop = chart.onShown(() => {
      setSymbol(chart.symbol);
      setGeneration((count) => count + 1);
    });
    this.#dispose = () => {
      stop();
      engine.unsubscribeAction("onVisibleRangeChange", followRange);
      dispose();
    };
  }

  remove(): void {
    this.#isRemoved = true;
    this.#dispose();
    this.time.remove();
    this.countdown.remove();
    this.comparisons()?.remove();
  }

  /** What the chart shows, for those who do not see it. */
  description(): string {
    return texts.chartOf(texts.types[this.settings.type()], this.symbol, this.resolution);
  }

  get symbol(): string {
    return this.#store.symbol();
  }

  get resolution(): string {
    return this.#store.resolution();
  }

  /** Load what compares symbols. Resolve to null if it is not needed any more, or not available. */
  async #compare(options: ComparisonsOptions): Promise<Comparisons | null> {
    const loaded = await loadPart(() => import("./comparisons.ts"));
    if (loaded === null || this.#isRemoved) return null;
    return new loaded.Comparisons(this.chart, options);
  }

  #zone(hours: SessionHours): TimeZone {
    if (!isIntraday(this.#store.resolution())) return UTC;
    const choice = this.settings.zone();
    if (choice === "exchange") return timeZone(hours.zone.name);
    return choice === "local" ? localZone() : UTC;
  }
}

const AROUND_THE_CLOCK = { session: "24x7", timezone: "Etc/UTC" };
