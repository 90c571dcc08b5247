import type { Chart } from "klinecharts";

/**
 * Return the indexes of the bars on the screen; `to` is the one after the last. The engine's own range
 * begins earlier where there is empty space after the last bar.
 */
export function visibleBars(engine: Chart): { from: number; to: number } {
  const { realFrom, to } = engine.getVisibleRange();
  const from = Math.max(0, realFrom);
  const point = engine.convertToPixel({ dataIndex: from });
  const { x = 0 } = Array.isArray(point) ? {} : point;
  return { from: x < 0 && from < to - 1 ? from + 1 : from, to };
}
