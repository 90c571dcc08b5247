/** A value at a time in ms UTC. */
export interface TimedClose {
  time: number;
  close: number;
}

/**
 * Return the close of another series at each of the bars of a chart; null where it has none. A bar
 * takes the last bar of the other series that begins within it. Both are ascending. `endOf` returns
 * when a bar of the chart ends; `nextMs` is the time of the bar after the last of `times`.
 */
export function alignedCloses(
  times: readonly number[],
  other: readonly TimedClose[],
  endOf: (barMs: number) => number,
  nextMs = Number.POSITIVE_INFINITY,
): (number | null)[] {
  let at = lowerBound(other, times[0] ?? 0);
  return times.map((time, index) => {
    const end = Math.min(times[index + 1] ?? nextMs, endOf(time));
    while (at < other.length && (other[at] as TimedClose).time < time) at += 1;
    let close: number | null = null;
    for (; at < other.length && (other[at] as TimedClose).time < end; at += 1) {
      close = (other[at] as TimedClose).close;
    }
    return close;
  });
}

/** Return the index of the first value that is not before `time`. */
export function lowerBound(values: readonly { time: number }[], time: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as { time: number }).time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
