/** A part of the pane, in pixels from its top. */
export interface Interval {
  from: number;
  to: number;
}

/**
 * Return the middles of labels in a `pane`, in the order of `wanted`, which is ascending. Labels do
 * not overlap each other or the `obstacle`, and stay as near to the wanted middles as that allows,
 * whether above or below. Where the pane is too low for that, they overlap evenly.
 */
export function layOutLabels(
  wanted: readonly number[],
  size: number,
  pane: Interval,
  obstacle: Interval | null,
): number[] {
  if (obstacle === null || obstacle.to <= pane.from || obstacle.from >= pane.to) {
    return spread(wanted, size, pane);
  }
  const above = { from: pane.from, to: obstacle.from };
  const below = { from: obstacle.to, to: pane.to };
  const [roomAbove, roomBelow] = [roomOf(above, size), roomOf(below, size)];
  if (wanted.length > roomAbove + roomBelow) return spread(wanted, size, pane);
  const middle = (obstacle.from + obstacle.to) / 2;
  const preferred = wanted.filter((y) => y < middle).length;
  const split = Math.max(Math.min(preferred, roomAbove), wanted.length - roomBelow);
  return [
    ...spread(wanted.slice(0, split), size, above),
    ...spread(wanted.slice(split), size, below),
  ];
}

/**
 * Return the part of a pane of `height` between `margins` at its top and its bottom, or the whole
 * pane where that leaves less than `needed` pixels.
 */
export function paneBetween(height: number, margins: Interval, needed: number): Interval {
  const pane = { from: margins.from, to: height - margins.to };
  return pane.to - pane.from < needed ? { from: 0, to: height } : pane;
}

const roomOf = ({ from, to }: Interval, size: number): number =>
  Math.max(0, Math.floor((to - from) / size));

/** Labels that touch each other. `sum` is that of the wanted tops of the first one of them. */
interface Group {
  sum: number;
  count: number;
}

/**
 * Return middles within `room` that are at least `size` apart, with the smallest sum of squared
 * distances to the wanted ones (pool adjacent violators).
 */
function spread(wanted: readonly number[], size: number, room: Interval): number[] {
  const [lowest, highest] = [room.from + size / 2, room.to - size / 2];
  const gaps = Math.max(wanted.length - 1, 1);
  const step = Math.max(0, Math.min(size, (highest - lowest) / gaps));
  const groups: Group[] = [];
  wanted.forEach((y, index) => {
    let group = { sum: y - index * step, count: 1 };
    for (
      let before = groups.at(-1);
      before !== undefined && before.sum / before.count >= group.sum / group.count;
      before = groups.at(-1)
    ) {
      groups.pop();
      group = { sum: before.sum + group.sum, count: before.count + group.count };
    }
    groups.push(group);
  });
  const last = highest - (wanted.length - 1) * step;
  return groups
    .flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
    .map((first, index) => Math.max(lowest, Math.min(first, last)) + index * step);
}
