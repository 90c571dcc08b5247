/** The rows from `from`, and to `to` exclusive. */
export interface RowRange {
  from: number;
  to: number;
}

/** The heights of rows, most of which were never shown. Those count with the height of a shown one. */
export class RowHeights<Row extends object> {
  #estimate: number;
  #isEstimated = false;
  /** The heights that differ from the estimate. */
  #measured = new Map<Row, number>();
  #rows: readonly Row[] = [];
  /** The top of each row, and the end of the last one. */
  #tops = new Float64Array(1);
  #isCurrent = true;

  constructor(estimate: number) {
    this.#estimate = estimate;
  }

  setRows(rows: readonly Row[]): void {
    this.#rows = rows;
    this.#isCurrent = false;
  }

  /** Forget the heights, because the rows are shown in another way. */
  reset(): void {
    this.#measured.clear();
    this.#isEstimated = this.#isCurrent = false;
  }

  /** Store the height of a shown row. Return whether it is another one. */
  measure(row: Row, height: number): boolean {
    if (height <= 0) return false;
    if (!this.#isEstimated) {
      this.#isEstimated = true;
      this.#estimate = height;
      this.#isCurrent = false;
    }
    const known = this.#measured.get(row) ?? this.#estimate;
    if (Math.abs(known - height) < 0.5) return false;
    if (Math.abs(this.#estimate - height) < 0.5) this.#measured.delete(row);
    else this.#measured.set(row, height);
    this.#isCurrent = false;
    return true;
  }

  get total(): number {
    return this.top(this.#rows.length);
  }

  /** Return the distance of a row from the first one. */
  top(index: number): number {
    return this.#computedTops()[index] ?? 0;
  }

  /** Return the rows that cover the pixels from `top` to `bottom`. */
  between(top: number, bottom: number): RowRange {
    const count = this.#rows.length;
    const from = Math.min(this.#indexAt(top), Math.max(0, count - 1));
    return { from, to: Math.min(count, this.#indexAt(bottom) + 1) };
  }

  /** Return the last row whose top is not below a pixel. */
  #indexAt(y: number): number {
    const tops = this.#computedTops();
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((tops[middle] as number) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #computedTops(): Float64Array {
    if (this.#isCurrent) return this.#tops;
    const rows = this.#rows;
    const [measured, estimate] = [this.#measured, this.#estimate];
    if (this.#tops.length !== rows.length + 1) this.#tops = new Float64Array(rows.length + 1);
    const tops = this.#tops;
    let top = 0;
    for (let index = 0; index < rows.length; index += 1) {
      tops[index] = top;
      top += (measured.size > 0 ? measured.get(rows[index] as Row) : undefined) ?? estimate;
    }
    tops[rows.length] = top;
    this.#isCurrent = true;
    return tops;
  }
}
