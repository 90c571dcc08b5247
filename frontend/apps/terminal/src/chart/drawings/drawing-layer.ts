import type { Chart, XAxis, YAxis } from "klinecharts";
import { registerIndicator } from "klinecharts";
import { change, price as formatPrice, percent } from "../../format.ts";
import { drawings as texts } from "../../texts/drawings.ts";
import { colour } from "../../theme.ts";
import { FONT } from "../chart-styles.ts";
import type { PriceChart } from "../price-chart.ts";
import { AROUND_THE_CLOCK, SessionClock } from "../session-clock.ts";
import type { Drawing, DrawingPoint } from "./drawing.ts";
import {
  drawingAt,
  LABEL_PX,
  type Place,
  type Projection,
  type Shape,
  shapeOf,
} from "./geometry.ts";
import { TimeScale } from "./time-scale.ts";

const NAME = "drawing-layer";
const AREA_ALPHA = 0.1;
const PERIOD_MS: Record<string, number> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_678_400_000,
  year: 31_622_400_000,
};

// Like the layer of the volumes, it is an indicator without values: it costs nothing per update.
const layers = new Map<string, DrawingLayer>();
registerIndicator({
  name: NAME,
  series: "price",
  zLevel: 10,
  figures: [],
  calc: () => [],
  draw: ({ ctx, bounding, xAxis, yAxis, indicator: { id } }) => {
    layers.get(id)?.draw(ctx, { width: bounding.width, height: bounding.height, xAxis, yAxis });
    return true;
  },
});

interface Pane {
  width: number;
  height: number;
  xAxis: XAxis;
  yAxis: YAxis;
}

/** Draws the drawings over the candles of a chart, and finds them. */
export class DrawingLayer {
  readonly #price: PriceChart;
  readonly #engine: Chart;
  readonly #id: string;
  readonly #onDraw: () => void;
  #drawings: readonly Drawing[] = [];
  #draft: Drawing | null = null;
  #pane: Pane | null = null;
  #projection: Projection | null = null;
  #scale = new TimeScale(60_000, new SessionClock(AROUND_THE_CLOCK));
  #scaleOf = "";

  constructor(price: PriceChart, onDraw: () => void) {
    this.#price = price;
    this.#engine = price.engine;
    this.#onDraw = onDraw;
    this.#id = `${NAME} ${this.#engine.id}`;
    layers.set(this.#id, this);
    this.#engine.createIndicator({ name: NAME, id: this.#id, paneId: "candle_pane" }, true);
  }

  remove(): void {
    layers.delete(this.#id);
    this.#engine.removeIndicator({ id: this.#id });
  }

  /** Show drawings, and one that is not stored yet, in the place of the one with its id. */
  show(drawings: readonly Drawing[], draft: Drawing | null): void {
    this.#draft = draft;
    const others = draft ? drawings.filter(({ id }) => id !== draft.id) : drawings;
    this.#drawings = draft ? [...others, draft] : others;
    this.#price.redraw();
  }

  get draft(): Drawing | null {
    return this.#draft;
  }

  /** The scales of the pane; null before its first drawing, or while it has no bars. */
  get projection(): Projection | null {
    if (this.#engine.getDataList().length === 0) return null;
    return this.#projection;
  }

  /** Return the drawing within a distance of a place. */
  find(place: Place, distance: number): Drawing | null {
    const { projection } = this;
    return projection && drawingAt(this.#drawings, place, projection, distance);
  }

  draw(ctx: CanvasRenderingContext2D, pane: Pane): void {
    this.#pane = pane;
    this.#projection ??= this.#createProjection();
    this.#updateScale();
    const { projection } = this;
    if (projection !== null) {
      ctx.setLineDash([]);
      ctx.lineCap = "round";
      ctx.font = `12px ${FONT}`;
      ctx.textBaseline = "middle";
      for (const drawing of this.#drawings) drawShape(ctx, drawing, shapeOf(drawing, projection));
    }
    this.#onDraw();
  }

  #createProjection(): Projection {
    const pane = (): Pane => this.#pane as Pane;
    const [engine, scale] = [this.#engine, () => this.#scale];
    return {
      get width() {
        return pane().width;
      },
      get height() {
        return pane().height;
      },
      indexOf: (time) => scale().indexOf(time),
      timeAt: (index) => scale().timeAt(index),
      xOf: (index) => pane().xAxis.convertToPixel(index),
      yOf: (price) => pane().yAxis.convertToPixel(price),
      indexAt: (x) => {
        const origin = pane().xAxis.convertToPixel(0);
        return Math.round((x - origin) / engine.getBarSpace().bar);
      },
      priceAt: (y) => pane().yAxis.convertFromPixel(y),
      formatPrice: (price) => formatPrice(price, this.#price.decimals),
      describe: (from, to, bars) => describe(from, to, bars, this.#price.decimals),
    };
  }

  /** Take the bars, and the sessions and the length of bars of what is shown now. */
  #updateScale(): void {
    const { symbol } = this.#price;
    const { type, span } = this.#engine.getPeriod() ?? { type: "minute", span: 1 };
    const text = `${symbol?.name} ${type} ${span}`;
    if (text !== this.#scaleOf) {
      this.#scaleOf = text;
      const periodMs = (PERIOD_MS[type] ?? 60_000) * span;
      this.#scale = new TimeScale(periodMs, new SessionClock(symbol ?? AROUND_THE_CLOCK));
    }
    this.#scale.bars = this.#engine.getDataList();
  }
}

function drawShape(ctx: CanvasRenderingContext2D, drawing: Drawing, shape: Shape): void {
  ctx.strokeStyle = drawing.colour;
  ctx.fillStyle = drawing.colour;
  ctx.lineWidth = drawing.width;
  ctx.globalAlpha = AREA_ALPHA;
  for (const area of shape.areas) {
    ctx.beginPath();
    for (const { x, y } of area) ctx.lineTo(x, y);
    ctx.fill();
  }
  ctx.globalAlpha = 1;
  for (const isDashed of [false, true]) {
    ctx.setLineDash(isDashed ? [5, 5] : []);
    ctx.beginPath();
    for (const { from, to, isDashed: isOneDashed = false } of shape.segments) {
      if (isOneDashed !== isDashed) continue;
      ctx.moveTo(from.x, from.y);
      ctx.lineTo(to.x, to.y);
    }
    ctx.stroke();
  }
  ctx.setLineDash([]);
  for (const { text, x, y, align, isBoxed } of shape.labels) {
    ctx.textAlign = align;
    if (isBoxed) {
      const width = ctx.measureText(text).width + 12;
      ctx.fillRect(x - width / 2, y - LABEL_PX / 2, width, LABEL_PX);
    }
    ctx.fillStyle = isBoxed ? "#ffffff" : colour("text");
    ctx.fillText(text, x, y);
    ctx.fillStyle = drawing.colour;
  }
}

function describe(from: DrawingPoint, to: DrawingPoint, bars: number, decimals: number): string {
  const seconds = Math.round(Math.abs(to.time - from.time) / 1_000);
  const duration = texts.duration(
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  );
  const part = from.price === 0 ? 0 : (to.price / from.price - 1) * 100;
  return texts.measured(change(to.price - from.price, decimals), percent(part), bars, duration);
}
