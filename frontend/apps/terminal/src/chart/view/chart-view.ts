import type { DatafeedService, SymbolInfo } from "@trading-api/client";
import { type Accessor, createEffect, createMemo, createRoot, createSignal } from "solid-js";
import { theme } from "../../theme.ts";
import type { ChartStore } from "../chart-store.ts";
import type { PriceChart } from "../price-chart.ts";
import { BarCountdown } from "./bar-countdown.ts";
import { BarTypes } from "./bar-types.ts";
import { Comparisons } from "./comparisons.ts";
import { PriceAxis } from "./price-axis.ts";
import { isIntraday } from "./resolution.ts";
import { SessionHours } from "./session-hours.ts";
import { SessionLayer } from "./session-layer.ts";
import { TimeAxis } from "./time-axis.ts";
import { TimeWindow } from "./time-window.ts";
import { localZone, type TimeZone, timeZone, UTC } from "./time-zone.ts";
import { ViewSettings } from "./view-settings.ts";

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
  readonly comparisons: Comparisons;
  readonly countdown: BarCountdown;
  readonly time: TimeWindow;
  /** The hours of the shown symbol. */
  readonly hours: Accessor<SessionHours>;
  /** The zone of the shown times. Bars of days and more have dates, which are the same everywhere. */
  readonly zone: Accessor<TimeZone>;
  readonly now: () => number | null;
  readonly #store: ChartStore;
  readonly #dispose: () => void;

  constructor({ chart, store, datafeed, info, now }: ChartViewOptions) {
    this.chart = chart;
    this.#store = store;
    this.now = now;
    this.settings = new ViewSettings(store);
    const [symbol, setSymbol] = createSignal(chart.symbol);
    const resolution = store.resolution;
    const { engine } = chart;
    const types = new BarTypes(engine);
    const times = new TimeAxis(chart);
    this.comparisons = new Comparisons(chart, { datafeed, info, resolution });
    this.axis = new PriceAxis(chart, this.comparisons.prices);
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
      createEffect(() => {
        this.comparisons.show(this.settings.compared().filter((each) => each !== store.symbol()));
      });
      return [hours, zone, dispose] as const;
    });
    this.hours = hours;
    this.zone = zone;
    const stop = chart.onShown(() => {
      setSymbol(chart.symbol);
      this.comparisons.reload();
    });
    this.#dispose = () => {
      stop();
      dispose();
    };
  }

  remove(): void {
    this.#dispose();
    this.time.cancel();
    this.comparisons.remove();
  }

  get symbol(): string {
    return this.#store.symbol();
  }

  get resolution(): string {
    return this.#store.resolution();
  }

  #zone(hours: SessionHours): TimeZone {
    if (!isIntraday(this.#store.resolution())) return UTC;
    const choice = this.settings.zone();
    if (choice === "exchange") return timeZone(hours.zone.name);
    return choice === "local" ? localZone() : UTC;
  }
}

const AROUND_THE_CLOCK = { session: "24x7", timezone: "Etc/UTC" };
