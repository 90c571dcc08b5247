import { colour } from "../../theme.ts";
import type { PriceChart } from "../price-chart.ts";
import { addLayer } from "./layers.ts";
import { isIntraday } from "./resolution.ts";
import type { SessionHours } from "./session-hours.ts";
import { sessionMarks } from "./session-marks.ts";

const SHADE = 0.1;

/**
 * Marks on a chart of intraday bars where a trading day begins, and which bars are outside of the
 * trading hours.
 */
export class SessionLayer {
  readonly #chart: PriceChart;
  readonly #series: () => { hours: SessionHours; resolution: string };
  #remove: (() => void) | null = null;

  constructor(chart: PriceChart, series: () => { hours: SessionHours; resolution: string }) {
    this.#chart = chart;
    this.#series = series;
  }

  set isShown(isShown: boolean) {
    if (isShown === (this.#remove !== null)) return;
    if (isShown) this.#remove = this.#add();
    else {
      this.#remove?.();
      this.#remove = null;
    }
  }

  #add(): () => void {
    // Above the bars' own layer, which is at -1, so that it is drawn behind the volumes.
    return addLayer(this.#chart.engine, "sessions", {
      zLevel: -0.5,
      draw: ({ ctx, chart, bounding, xAxis }) => {
        const { hours, resolution } = this.#series();
        if (!isIntraday(resolution)) return;
        const { from, to } = chart.getVisibleRange();
        const first = Math.max(0, from - 1);
        const bars = chart.getDataList().slice(first, to);
        const { bar: width } = chart.getBarSpace();
        const marks = sessionMarks(bars, resolution, hours);
        ctx.strokeStyle = colour("control");
        ctx.setLineDash([4, 4]);
        for (const index of marks.days) {
          const x = Math.round(xAxis.convertToPixel(first + index) - width / 2) + 0.5;
          ctx.beginPath();
          ctx.moveTo(x, 0);
          ctx.lineTo(x, bounding.height);
          ctx.stroke();
        }
        ctx.fillStyle = colour("muted");
        ctx.globalAlpha = SHADE;
        for (const [start, end] of marks.closed) {
          const x = xAxis.convertToPixel(first + start) - width / 2;
          ctx.fillRect(x, 0, (end - start) * width, bounding.height);
        }
      },
    });
  }
}
