import type { Chart } from "klinecharts";

/**
 * Return the indexes of the bars on the screen; `to` is the one after the last. The engine's own range
 * begins earlier where there is empty space after the last bar.
 */
export function visibleBars(engine: Chart): { from: number; to: number } {
  const { realFrom, to } = engine.getVisibleRange();
  return { from: Math.max(0, Math.min(realFrom + 1, to - 1)), to };
}
