import type { SymbolInfo } from "@trading-api/client";
import type { Chart, IndicatorFigure } from "klinecharts";
import { registerIndicator } from "klinecharts";
import { price, volume } from "../../format.ts";
import type { PriceChart } from "../price-chart.ts";
import { AROUND_THE_CLOCK, SessionClock } from "../session-clock.ts";
import { createCalculation, type IndicatorType, indicatorType } from "./catalog.ts";
import { type Drawable, drawIndicator } from "./draw-indicator.ts";
import { IndicatorSeries, type Row } from "./indicator-series.ts";
import { PANE_PX_MIN, type PaneHeights, paneHeights } from "./pane-heights.ts";
import type { IndicatorSettings } from "./settings.ts";
import { WorkQueue } from "./work-queue.ts";

const NAME = "terminal-indicator";
const PRICE_PANE = "candle_pane";
/** The events that end a drag: the engine takes those of a mouse and of fingers. */
const DRAG_ENDS = ["mouseup", "touchend", "touchcancel"] as const;
// The engine finds the values of an indicator by its id, because it copies what it is given.
const drawn = new Map<string, DrawnIndicator>();
registerIndicator<Row>({
  name: NAME,
  calc: (bars, { id }) => {
    const indicator = drawn.get(id);
    indicator?.series.sync(bars);
    return indicator?.series.rows ?? [];
  },
  draw: ({ ctx, chart, bounding, xAxis, yAxis, indicator: { id } }) => {
    const indicator = drawn.get(id);
    if (indicator) drawIndicator(indicator, { ctx, chart, width: bounding.width, xAxis, yAxis });
    indicator?.onDraw();
    return true;
  },
});

interface DrawnIndicator extends Drawable {
  series: IndicatorSeries;
  paneId: string;
  onDraw(): void;
}

/** A pane with its distance from the top of the chart. */
export interface PanePosition {
  id: string;
  top: number;
}

export interface ChartIndicatorsOptions {
  /** Called when values changed for another reason than a new or changed bar. */
  onValues(): void;
  /** Called when the panes under the prices were moved. */
  onPanes(panes: readonly PanePosition[]): void;
  /** The heights that a user chose, and a call when the user chooses others. */
  heights(): PaneHeights;
  onHeights(heights: PaneHeights): void;
}

/** Draws indicators on a chart, and keeps their values. */
export class ChartIndicators {
  readonly #price: PriceChart;
  readonly #engine: Chart;
  readonly #options: ChartIndicatorsOptions;
  readonly #queue = new WorkQueue();
  readonly #shown = new Map<string, DrawnIndicator>();
  readonly #stopListening: () => void;
  #clock = new SessionClock(AROUND_THE_CLOCK);
  /** The symbol whose sessions and decimals are used. */
  #symbol: SymbolInfo | null = null;
  #panesText = "";
  #height = 0;

  constructor(price: PriceChart, options: ChartIndicatorsOptions) {
    this.#price = price;
    this.#engine = price.engine;
    this.#options = options;
    this.#stopListening = price.onShown(() => this.#updateSymbol());
    this.#engine.subscribeAction("onPaneDrag", this.#onDrag);
    this.#updateSymbol();
  }

  remove(): void {
    this.#stopListening();
    this.#engine.unsubscribeAction("onPaneDrag", this.#onDrag);
    this.#stopDrag();
    for (const id of [...this.#shown.keys()]) this.#remove(id);
  }

  /** Show a list of indicators. Panes have the order of the list. */
  set(list: readonly IndicatorSettings[]): void {
    const wanted = new Set(list.map(({ id }) => id));
    for (const id of [...this.#shown.keys()]) if (!wanted.has(id)) this.#remove(id);
    for (const settings of list) this.#show(settings);
    this.#layOut(list);
    this.#price.redraw();
    this.#options.onValues();
  }

  /** Return the values of a bar, in the order of the outputs; undefined if there is no such bar. */
  rowAt(id: string, index: number): readonly number[] | undefined {
    return this.#shown.get(id)?.series.rows[index];
  }

  #show(settings: IndicatorSettings): void {
    const type = indicatorType(settings.type);
    if (type === undefined) return;
    const paneId = settings.isOnPrice ? PRICE_PANE : `pane ${settings.id}`;
    const shown = this.#shown.get(settings.id);
    if (shown && shown.paneId === paneId && shown.type === type) this.#change(shown, settings);
    else {
      this.#remove(settings.id);
      this.#create(type, settings, paneId);
    }
  }

  #change(shown: DrawnIndicator, settings: IndicatorSettings): void {
    const was = shown.settings;
    shown.settings = settings;
    if (was.isHidden !== settings.isHidden) {
      const id = this.#engineId(settings.id);
      this.#engine.overrideIndicator({ name: NAME, id, visible: !settings.isHidden });
    }
    const isSame =
      was.source === settings.source && String(was.parameters) === String(settings.parameters);
    if (isSame) return;
    shown.series.reset();
    shown.series.sync(this.#engine.getDataList());
  }

  #create(type: IndicatorType, settings: IndicatorSettings, paneId: string): void {
    const id = this.#engineId(settings.id);
    const current = () => this.#shown.get(settings.id)?.settings ?? settings;
    const series = new IndicatorSeries(
      () => createCalculation(type, current(), (ms) => this.#clock.dayOf(ms)),
      type.outputs.length,
      { queue: this.#queue, onRebuilt: (willDraw) => this.#rebuilt(willDraw) },
    );
    const onDraw = () => this.#watchPanes();
    const shown: DrawnIndicator = { type, settings, paneId, series, rows: series.rows, onDraw };
    this.#shown.set(settings.id, shown);
    drawn.set(id, shown);
    const figures = type.outputs.map(
      (_, column): IndicatorFigure<Row> => ({
        key: String(column),
        type: "line",
        styles: () => ({ color: shown.settings.colours[column] ?? "" }),
      }),
    );
    this.#engine.createIndicator(
      {
        ...{ name: NAME, id, paneId, figures: figures as IndicatorFigure[] },
        series: paneId === PRICE_PANE ? "price" : "normal",
        precision: this.#price.decimals,
        shouldFormatBigNumber: type.isVolume ?? false,
        visible: !settings.isHidden,
        minValue: type.range?.[0] ?? null,
        maxValue: type.range?.[1] ?? null,
      },
      true,
    );
    if (paneId !== PRICE_PANE) this.#styleAxis(type, paneId);
  }

  #styleAxis(type: IndicatorType, paneId: string): void {
    const isFromZero = type.range?.[0] === 0 && type.isVolume === true;
    this.#engine.overrideYAxis({
      paneId,
      gap: { top: 0.1, bottom: isFromZero ? 0 : 0.1 },
      createTicks: ({ defaultTicks }) =>
        defaultTicks.map((tick) => ({ ...tick, text: this.format(type, Number(tick.value)) })),
    });
  }

  /** Format a value of an indicator. */
  format(type: IndicatorType, value: number): string {
    if (type.isVolume) return volume(value);
    const { decimals } = this.#price;
    if (type.place === "price") return price(value, decimals);
    return price(value, type.isOfPrices ? decimals + 2 : 2);
  }

  #remove(id: string): void {
    const shown = this.#shown.get(id);
    if (shown === undefined) return;
    this.#shown.delete(id);
    drawn.delete(this.#engineId(id));
    shown.series.remove();
    this.#engine.removeIndicator({ id: this.#engineId(id) });
  }

  #engineId(id: string): string {
    return `${this.#engine.id} ${id}`;
  }

  /** Give the panes the order of the list, and heights that leave room for the prices. */
  #layOut(list: readonly IndicatorSettings[]): void {
    const ids = list.map(({ id }) => id).filter((id) => this.#ownPane(id) !== undefined);
    this.#height = this.#engine.getSize()?.height ?? 0;
    const heights = paneHeights(ids, this.#options.heights(), this.#height);
    ids.forEach((indicator, index) => {
      const [id, order] = [this.#ownPane(indicator) as string, index + 1];
      const height = heights[index] as number;
      this.#engine.setPaneOptions({ id, order, height, minHeight: PANE_PX_MIN });
    });
    this.#watchPanes();
  }

  /** Return the pane of an indicator that has one of its own. */
  #ownPane(id: string): string | undefined {
    const paneId = this.#shown.get(id)?.paneId;
    return paneId === PRICE_PANE ? undefined : paneId;
  }

  /** Report the heights once, when the drag of a separator ends. */
  readonly #onDrag = (): void => {
    for (const end of DRAG_ENDS) addEventListener(end, this.#onDragEnd, { capture: true });
  };

  readonly #onDragEnd = (): void => {
    this.#stopDrag();
    const heights: PaneHeights = {};
    for (const id of this.#shown.keys()) {
      const paneId = this.#ownPane(id);
      const height = paneId === undefined ? 0 : (this.#engine.getSize(paneId)?.height ?? 0);
      if (height > 0) heights[id] = Math.round(height);
    }
    this.#options.onHeights(heights);
  };

  #stopDrag(): void {
    for (const end of DRAG_ENDS) removeEventListener(end, this.#onDragEnd, { capture: true });
  }

  /** Report the places of panes, which a user moves by dragging their separators. */
  #watchPanes(): void {
    queueMicrotask(() => {
      const height = this.#engine.getSize()?.height ?? 0;
      if (this.#height === 0 && height > 0)
        this.#layOut([...this.#shown.values()].map(({ settings }) => settings));
      const panes = [...this.#shown.values()]
        .filter(({ paneId }) => paneId !== PRICE_PANE)
        .map(({ paneId, settings: { id } }) => ({
          id,
          top: this.#engine.getSize(paneId)?.top ?? 0,
        }));
      const text = panes.map(({ id, top }) => `${id} ${top}`).join();
      if (text === this.#panesText) return;
      this.#panesText = text;
      this.#options.onPanes(panes);
    });
  }

  #rebuilt(willDraw: boolean): void {
    if (!willDraw) this.#price.redraw();
    this.#options.onValues();
  }

  /** Use the sessions and the decimals of the shown symbol. */
  #updateSymbol(): void {
    const { symbol, decimals } = this.#price;
    if (symbol === null || symbol === this.#symbol) return;
    this.#symbol = symbol;
    this.#clock = new SessionClock(symbol);
    for (const [id, { series, type }] of this.#shown) {
      this.#engine.overrideIndicator({ name: NAME, id: this.#engineId(id), precision: decimals });
      if (type.name !== "vwap") continue;
      series.reset();
      series.sync(this.#engine.getDataList());
    }
    this.#options.onValues();
  }
}
