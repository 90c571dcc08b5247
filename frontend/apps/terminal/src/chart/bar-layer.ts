import type { Chart, Crosshair, KLineData, XAxis, YAxis } from "klinecharts";
import { registerIndicator } from "klinecharts";
import { colour } from "../theme.ts";
import { FONT } from "./chart-styles.ts";

/** A fill. `time` is in ms UTC. */
export interface Marker {
  time: number;
  isBuy: boolean;
  text: string;
}

export interface BarLayerCallbacks {
  /** Called with each drawing of the candles, when prices may have moved on the screen. */
  onDraw(yAxis: YAxis): void;
  /** Called with the bar under the crosshair and its height in pixels, or nulls without one. */
  onCrosshair(bar: KLineData | null, y: number | null): void;
}

const NAME = "bar-layer";
/** The part of the pane's height that the highest volume takes. */
const VOLUME_HEIGHT = 0.16;
const MARKER_PX = 8;

// The chart has no series of its own for volumes over the candles. An indicator without figures
// and values costs nothing per update, and has no influence on the range of prices.
registerIndicator<unknown, unknown, BarLayer>({
  name: NAME,
  series: "price",
  zLevel: -1,
  figures: [],
  calc: () => [],
  draw: ({ ctx, chart, bounding, xAxis, yAxis, indicator }) => {
    layers.get(indicator.id)?.draw(ctx, chart, bounding.height, xAxis, yAxis);
    return true;
  },
  createTooltipDataSource: ({ crosshair, indicator }) => {
    layers.get(indicator.id)?.point(crosshair);
    return { name: "", calcParamsText: "", features: [], legends: [] };
  },
});
// The chart copies the data of an indicator, so its layer is found by its id.
const layers = new Map<string, BarLayer>();

/** Draws the volumes behind the candles of a chart, and fills as arrows at their bars. */
export class BarLayer {
  readonly #callbacks: BarLayerCallbacks;
  readonly #id: string;
  #markers: readonly Marker[] = [];

  constructor(chart: Chart, callbacks: BarLayerCallbacks) {
    this.#callbacks = callbacks;
    this.#id = `${NAME} ${chart.id}`;
    layers.set(this.#id, this);
    chart.createIndicator({ name: NAME, id: this.#id, paneId: "candle_pane" }, true);
  }

  remove(): void {
    layers.delete(this.#id);
  }

  /** Set the markers in the order of their times. */
  set markers(markers: readonly Marker[]) {
    this.#markers = markers;
  }

  point({ paneId, kLineData, y }: Crosshair): void {
    const isInPane = paneId === "candle_pane";
    this.#callbacks.onCrosshair(
      paneId === undefined ? null : (kLineData ?? null),
      isInPane ? (y ?? null) : null,
    );
  }

  draw(
    ctx: CanvasRenderingContext2D,
    chart: Chart,
    height: number,
    xAxis: XAxis,
    yAxis: YAxis,
  ): void {
    const { from, to } = chart.getVisibleRange();
    const visible = chart.getDataList().slice(from, to);
    const { gapBar, halfGapBar } = chart.getBarSpace();
    const highest = visible.reduce((highest, { volume = 0 }) => Math.max(highest, volume), 0);
    const [up, down] = [colour("up-faint"), colour("down-faint")];
    visible.forEach(({ open, close, volume = 0 }, index) => {
      const size = highest > 0 ? (volume / highest) * height * VOLUME_HEIGHT : 0;
      ctx.fillStyle = close >= open ? up : down;
      ctx.fillRect(xAxis.convertToPixel(from + index) - halfGapBar, height - size, gapBar, size);
    });
    const end = chart.getDataList()[to]?.timestamp ?? Number.POSITIVE_INFINITY;
    this.#drawMarkers(ctx, visible, { from, end, xAxis, yAxis });
    this.#callbacks.onDraw(yAxis);
  }

  #drawMarkers(
    ctx: CanvasRenderingContext2D,
    visible: readonly KLineData[],
    { from, end, xAxis, yAxis }: { from: number; end: number; xAxis: XAxis; yAxis: YAxis },
  ): void {
    if (this.#markers.length === 0) return;
    ctx.globalCompositeOperation = "source-over";
    ctx.font = `11px ${FONT}`;
    ctx.textAlign = "center";
    let marker = lowerBound(this.#markers, visible[0]?.timestamp ?? end);
    visible.forEach((bar, index) => {
      const next = visible[index + 1]?.timestamp ?? end;
      const x = xAxis.convertToPixel(from + index);
      let [above, below] = [yAxis.convertToPixel(bar.high) - 4, yAxis.convertToPixel(bar.low) + 4];
      for (; (this.#markers[marker]?.time ?? next) < next; marker += 1) {
        const { isBuy, text } = this.#markers[marker] as Marker;
        ctx.fillStyle = colour(isBuy ? "up" : "down");
        if (isBuy) below = drawArrow(ctx, x, below, 1, text);
        else above = drawArrow(ctx, x, above, -1, text);
      }
    });
  }
}

/** Draw an arrow whose tip is at `y`, and its text. Return where the next one begins. */
function drawArrow(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  direction: 1 | -1,
  text: string,
): number {
  const foot = y + direction * MARKER_PX;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x - MARKER_PX / 2, foot);
  ctx.lineTo(x + MARKER_PX / 2, foot);
  ctx.fill();
  ctx.textBaseline = direction === 1 ? "top" : "bottom";
  ctx.fillText(text, x, foot + direction * 2);
  return foot + direction * 16;
}

/** Return the index of the first marker that is not before `time`. */
function lowerBound(markers: readonly Marker[], time: number): number {
  let [low, high] = [0, markers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((markers[middle]?.time ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
