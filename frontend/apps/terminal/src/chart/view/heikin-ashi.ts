/** The prices of a bar. */
export interface Prices {
  open: number;
  high: number;
  low: number;
  close: number;
}

/**
 * The Heikin-Ashi bars of a list of bars. The list may grow, and its last bar may change; then only
 * what changed is computed. A new list is computed from its first bar.
 */
export class HeikinAshi {
  #source: readonly Prices[] | null = null;
  #bars: Prices[] = [];

  update(source: readonly Prices[]): Prices[] {
    if (source !== this.#source || source.length < this.#bars.length) this.#bars = [];
    this.#source = source;
    for (let at = Math.max(0, this.#bars.length - 1); at < source.length; at += 1) {
      this.#bars[at] = heikinAshiOf(source[at] as Prices, this.#bars[at - 1]);
    }
    return this.#bars;
  }
}

/** Return the Heikin-Ashi bar of a bar. `before` is the Heikin-Ashi bar before it. */
export function heikinAshiOf({ open, high, low, close }: Prices, before?: Prices): Prices {
  const average = (open + high + low + close) / 4;
  const start = before === undefined ? (open + close) / 2 : (before.open + before.close) / 2;
  return {
    open: start,
    high: Math.max(high, start, average),
    low: Math.min(low, start, average),
    close: average,
  };
}
