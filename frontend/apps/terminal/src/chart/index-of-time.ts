/** Return the index of the last item that is not after `time`; -1 if all of them are. */
export function indexOfTime(items: readonly { timestamp: number }[], time: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.timestamp ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
