import type { SymbolInfo } from "@trading-api/client";
import { type Accessor, createSignal } from "solid-js";
import type { ChartStore } from "../chart-store.ts";
import type { PriceChart } from "../price-chart.ts";
import {
  type Drawing,
  type DrawingKind,
  type DrawingPoint,
  newDrawing,
  POINT_COUNT,
} from "./drawing.ts";
import { DrawingGestures } from "./drawing-gestures.ts";
import { DrawingLayer } from "./drawing-layer.ts";
import { type DrawingStore, drawingsOf } from "./drawing-store.ts";
import { drawingTools } from "./drawing-tools.ts";
import {
  attracted,
  handlesOf,
  movedBy,
  type Place,
  type Projection,
  withPoint,
} from "./geometry.ts";

export interface ChartDrawingsOptions {
  chart: ChartStore;
  price: PriceChart;
  /** The element around the canvases of the chart. */
  element: HTMLElement;
  /** Called once drawings can be added, because the chart has drawn. */
  onReady(): void;
  onActivate(): void;
  onEdit(drawing: Drawing): void;
}

/** A step of a key: bars to the right, and ticks up. */
export interface Step {
  bars: number;
  ticks: number;
}

/** The drawings of one chart: shown, drawn, selected and moved. */
export class ChartDrawings {
  /** Grows by one whenever the chart has drawn, so that handles follow. */
  readonly frame: Accessor<number>;
  readonly #options: ChartDrawingsOptions;
  readonly #layer: DrawingLayer;
  readonly #gestures: DrawingGestures;
  readonly #draft = createSignal<Drawing | null>(null);
  #isReady = false;

  constructor(options: ChartDrawingsOptions) {
    this.#options = options;
    const [frame, setFrame] = createSignal(0);
    this.frame = frame;
    this.#layer = new DrawingLayer(options.price, () => {
      if (!this.#isReady && this.projection !== null) {
        this.#isReady = true;
        // The state of the page must not change while the chart draws.
        queueMicrotask(options.onReady);
      }
      if (drawingTools.selected() !== null) queueMicrotask(() => setFrame((count) => count + 1));
    });
    this.#gestures = new DrawingGestures(options.element, {
      projection: () => this.projection,
      find: (place, distance) =>
        drawingTools.isHidden() ? null : this.#layer.find(place, distance),
      pointAt: (place, isFree) => this.#pointAt(place, isFree),
      tool: () => (this.store.isFull ? null : drawingTools.tool()),
      create: newDrawing,
      isSelected: ({ id }) => this.selected?.id === id,
      isMovable: (drawing) => this.isMovable(drawing),
      onSelect: (drawing) => this.#select(drawing),
      onDraft: (drawing) => this.#draft[1](drawing),
      onCreated: (drawing) => this.add(drawing),
      onMoved: () => {
        const draft = this.#draft[0]();
        if (draft !== null) this.store.put(draft);
      },
      onDoubleClick: options.onEdit,
    });
  }

  remove(): void {
    this.#gestures.remove();
    this.#layer.remove();
  }

  get store(): DrawingStore {
    return drawingsOf(this.#options.chart.symbol());
  }

  /** The symbol on the chart, once it is known. */
  get symbol(): SymbolInfo | null {
    return this.#options.price.symbol;
  }

  /** The step of prices. */
  get tick(): number {
    const { minmov = 1, pricescale = 100 } = this.#options.price.symbol ?? {};
    return minmov / pricescale;
  }

  get projection(): Projection | null {
    return this.#layer.projection;
  }

  /** The selected drawing, where it is being moved to. */
  get selected(): Drawing | undefined {
    const draft = this.#draft[0]();
    const id = drawingTools.selected();
    return draft?.id === id ? (draft ?? undefined) : this.store.find(id);
  }

  isMovable({ isLocked }: Drawing): boolean {
    return !isLocked && !drawingTools.isLocked();
  }

  /** Draw what is stored now. */
  show(): void {
    const draft = this.#draft[0]();
    this.#layer.show(drawingTools.isHidden() ? [] : this.store.list(), draft);
  }

  /** End what is being drawn or moved. Return whether there was anything. */
  cancel(): boolean {
    const { isActive } = this.#gestures;
    this.#gestures.cancel();
    return isActive;
  }

  add(drawing: Drawing): void {
    this.store.put(drawing);
    drawingTools.choose(null);
    this.#select(drawing);
    if (drawing.kind === "text" && drawing.text === "") this.#options.onEdit(drawing);
  }

  /** Add a drawing in the middle of what is visible, for those who do not use a pointer. */
  addInMiddle(kind: DrawingKind): Drawing | null {
    const { projection } = this;
    if (projection === null || this.store.isFull) return null;
    const { width, height } = projection;
    const places = [
      { x: width * 0.3, y: height * 0.6 },
      { x: width * 0.6, y: height * 0.4 },
      { x: width * 0.6, y: height * 0.3 },
    ];
    const points = places.slice(0, POINT_COUNT[kind]).map((place) => this.#pointAt(place, true));
    if (points.some((point) => point === null)) return null;
    const drawing = newDrawing(kind, points as DrawingPoint[]);
    this.store.put(drawing);
    this.#select(drawing);
    return drawing;
  }

  /**
   * Select a drawing, and scroll the chart to it if its first point is not visible. The range of
   * prices includes all its points from then on.
   */
  reveal(drawing: Drawing): void {
    drawingTools.setIsHidden(false);
    this.#select(drawing);
    const { price } = this.#options;
    const { projection } = this;
    const place = projection && handlesOf(drawing, projection)[0];
    const [point] = drawing.points;
    if (!place || point === undefined) return;
    if (place.x < 0 || place.x > projection.width) {
      const ahead = Math.round(projection.width / 3 / price.engine.getBarSpace().bar);
      price.engine.scrollToDataIndex(projection.indexOf(point.time) + ahead);
    }
    // The visible bars, and with them the range of prices, are known at the next drawing.
    const stop = price.onDraw(() => {
      stop();
      queueMicrotask(() => this.#revealPrices(drawing));
    });
    price.redraw();
  }

  #revealPrices(drawing: Drawing): void {
    const { projection } = this;
    if (projection === null) return;
    const { height } = projection;
    const isOutside = handlesOf(drawing, projection).some(({ y }) => y < 0 || y > height);
    if (isOutside) this.#options.price.revealPrices(drawing.points.map(({ price }) => price));
  }

  /** Move a drawing, or one of its points, by a key. */
  step(drawing: Drawing, handle: number | null, { bars, ticks }: Step): void {
    const { projection } = this;
    const point = drawing.points[handle ?? 0];
    if (projection === null || point === undefined || !this.isMovable(drawing)) return;
    const price = this.#options.price.snap(point.price, ticks);
    const time = bars === 0 ? point.time : projection.timeAt(projection.indexOf(point.time) + bars);
    this.store.put(
      handle === null
        ? movedBy(drawing, bars, ticks === 0 ? 0 : price - point.price, projection)
        : withPoint(drawing, handle, { time, price: ticks === 0 ? point.price : price }),
    );
  }

  dragHandle(event: PointerEvent, drawing: Drawing, handle: number): void {
    this.#gestures.dragHandle(event, drawing, handle);
  }

  #select(drawing: Drawing | null): void {
    this.#options.onActivate();
    drawingTools.setSelected(drawing?.id ?? null);
  }

  #pointAt({ x, y }: Place, isFree: boolean): DrawingPoint | null {
    const { projection } = this;
    if (projection === null) return null;
    const { price } = this.#options;
    const index = projection.indexAt(x);
    const bar = price.engine.getDataList()[index];
    const magnet = isFree ? "off" : drawingTools.magnet();
    const exact = price.snap(projection.priceAt(y));
    return {
      time: projection.timeAt(index),
      price: attracted(exact, bar, magnet, projection.yOf),
    };
  }
}
