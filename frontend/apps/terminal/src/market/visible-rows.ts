/** The rows that are drawn outside of the visible part, on each side. */
const AHEAD = 6;

/** Return the indexes of the rows to draw, of a list with rows of equal height. */
export function visibleRows(
  count: number,
  { top, height, rowHeight }: { top: number; height: number; rowHeight: number },
): { first: number; end: number } {
  const end = Math.min(count, Math.ceil((Math.max(0, top) + height) / rowHeight) + AHEAD);
  const first = Math.max(0, Math.min(Math.floor(top / rowHeight) - AHEAD, end));
  return { first, end };
}

/** Return the scroll position, nearest to `top`, at which a row is wholly visible. */
export function scrollTopFor(
  index: number,
  { top, height, rowHeight }: { top: number; height: number; rowHeight: number },
): number {
  return Math.max(Math.min(top, index * rowHeight), (index + 1) * rowHeight - height);
}
