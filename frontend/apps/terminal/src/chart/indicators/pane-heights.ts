const PANE_PX = 110;
export const PANE_PX_MIN = 40;
/** The part of the chart's height that all panes under the prices take together. */
const PANES_MAX = 0.5;
/** The part that they take at the most where a user chose their heights. */
const CHOSEN_PANES_MAX = 0.8;

/** The heights in pixels that a user chose, by the ids of indicators with panes of their own. */
export type PaneHeights = Record<string, number>;

/** Return the heights of panes: those that a user chose, as far as the chart has room for them. */
export function paneHeights(
  ids: readonly string[],
  chosen: PaneHeights,
  chartHeight: number,
): number[] {
  const share = Math.min(PANE_PX, (chartHeight * PANES_MAX) / Math.max(ids.length, 1));
  const wanted = ids.map((id) => {
    const height: unknown = chosen[id];
    return typeof height === "number" && height > 0 ? height : share;
  });
  const total = wanted.reduce((sum, height) => sum + height, 0);
  const part = Math.min(1, (chartHeight * CHOSEN_PANES_MAX) / Math.max(total, 1));
  return wanted.map((height) => Math.max(height * part, PANE_PX_MIN));
}
