import type { CandleStyle, Chart, DeepPartial } from "klinecharts";
import { colour } from "../../theme.ts";
import { HeikinAshi, type Prices } from "./heikin-ashi.ts";
import { addLayer } from "./layers.ts";
import type { ChartType } from "./view-settings.ts";

const NONE = "transparent";

/** Draws the series of a chart in one of its types. The chart keeps the true bars. */
export class BarTypes {
  readonly #engine: Chart;
  #removeLayer: (() => void) | null = null;

  constructor(engine: Chart) {
    this.#engine = engine;
  }

  /** Draw a type in the colours of the theme. */
  show(type: ChartType): void {
    this.#engine.setStyles({ candle: styleOf(type) });
    if (type === "heikinAshi") {
      this.#removeLayer ??= this.#addHeikinAshi();
    } else {
      this.#removeLayer?.();
      this.#removeLayer = null;
    }
  }

  #addHeikinAshi(): () => void {
    const series = new HeikinAshi();
    return addLayer(this.#engine, "heikin-ashi", {
      zLevel: -2,
      keys: ["high", "low"],
      values: (bars) => series.update(bars),
      draw: ({ ctx, chart, indicator, xAxis, yAxis }) => {
        const { from, to } = chart.getVisibleRange();
        const { gapBar, halfGapBar } = chart.getBarSpace();
        const [up, down] = [colour("up"), colour("down")];
        for (let at = from; at < to; at += 1) {
          const bar = indicator.result[at] as Prices | undefined;
          if (bar === undefined) continue;
          const x = xAxis.convertToPixel(at);
          const pixels = [bar.high, bar.open, bar.close, bar.low].map((price) =>
            yAxis.convertToPixel(price),
          );
          const [top = 0, one = 0, other = 0, bottom = 0] = pixels;
          ctx.fillStyle = bar.close >= bar.open ? up : down;
          ctx.fillRect(
            x - halfGapBar,
            Math.min(one, other),
            gapBar,
            Math.max(1, Math.abs(one - other)),
          );
          ctx.fillRect(x, top, 1, Math.max(1, bottom - top));
        }
      },
    });
  }
}

function styleOf(type: ChartType): DeepPartial<CandleStyle> {
  const lineColor = colour("accent");
  switch (type) {
    case "candles":
      return { type: "candle_solid", bar: { compareRule: "current_open" } };
    case "hollow":
      // A body is hollow if the bar rose, and has the colour of the change since the bar before.
      return { type: "candle_up_stroke", bar: { compareRule: "previous_close" } };
    case "bars":
      return { type: "ohlc", bar: { compareRule: "current_open" } };
    case "line":
      return { type: "area", area: { lineColor, lineSize: 2, backgroundColor: NONE } };
    case "area":
      return { type: "area", area: { lineColor, lineSize: 2, backgroundColor: fading() } };
    case "heikinAshi":
      return { type: "area", area: { lineColor: NONE, backgroundColor: NONE } };
  }
}

const fading = () => [
  { offset: 0, color: colour("accent-none") },
  { offset: 1, color: colour("accent-faint") },
];
