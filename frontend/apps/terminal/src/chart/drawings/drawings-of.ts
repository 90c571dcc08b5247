import { createComputed, createRoot } from "solid-js";
import type { ChartStore } from "../chart-store.ts";
import type { ChartDrawings } from "./chart-drawings.ts";
import { drawingTools } from "./drawing-tools.ts";

const FEATURE = "drawings";

/** Return the drawings of a chart; null until they are on the screen. */
export const chartDrawings = (chart: ChartStore): ChartDrawings | null =>
  chart.feature<ChartDrawings>(FEATURE)[0]();

export const setChartDrawings = (chart: ChartStore, drawings: ChartDrawings | null): void =>
  void chart.feature<ChartDrawings>(FEATURE)[1](() => drawings);

/** Load what draws, unless it is loaded, and resolve to the drawings of a chart. */
export function loadedDrawings(chart: ChartStore): Promise<ChartDrawings> {
  drawingTools.load();
  return new Promise((resolve) => {
    createRoot((dispose) =>
      createComputed(() => {
        const drawings = chartDrawings(chart);
        if (drawings === null) return;
        resolve(drawings);
        queueMicrotask(dispose);
      }),
    );
  });
}
