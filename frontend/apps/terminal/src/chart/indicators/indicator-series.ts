import type { KLineData } from "klinecharts";
import type { Calculation } from "./calculations.ts";
import type { Task, WorkQueue } from "./work-queue.ts";

/** The number of bars that one part of a long calculation takes. */
const PART_BARS = 256;

/** The values of a bar, in the order of the indicator's outputs; NaN where there is none. */
export type Row = number[];

/** The state of one calculation over the bars from the one at `offset` on. */
interface Run {
  calculation: Calculation;
  offset: number;
  rows: Row[];
  last: KLineData | null;
}

export interface IndicatorSeriesOptions {
  queue: WorkQueue;
  /** Called after all values were computed again, with whether the chart draws them without a call. */
  onRebuilt(willDraw: boolean): void;
}

/**
 * The values of an indicator for the bars of a chart. A bar that is appended or replaced costs one
 * step, however many bars there are. Older bars, which change all values, are computed in parts;
 * until then the values from before are shown at their bars.
 */
export class IndicatorSeries {
  readonly #create: () => Calculation;
  readonly #width: number;
  readonly #queue: WorkQueue;
  readonly #onRebuilt: (willDraw: boolean) => void;
  /** The rows of all bars. It stays the same array, because the chart reads it whenever it draws. */
  readonly rows: Row[] = [];
  #shown: Run;
  #task: Task | null = null;
  #bars: readonly KLineData[] = [];
  #first: KLineData | undefined;

  constructor(
    create: () => Calculation,
    width: number,
    { queue, onRebuilt }: IndicatorSeriesOptions,
  ) {
    this.#create = create;
    this.#width = width;
    this.#queue = queue;
    this.#onRebuilt = onRebuilt;
    this.#shown = this.#newRun(this.rows);
  }

  /** Take what changed in the bars of the chart since the last call. */
  sync(bars: readonly KLineData[]): void {
    this.#bars = bars;
    if (bars[0] !== this.#first) this.#startAgain(bars);
    if (this.#task === null) this.#start();
    else if (this.rows.length > 0) this.#advance(this.#shown, Number.POSITIVE_INFINITY);
  }

  /** Compute all values again. */
  reset(): void {
    this.#startAgain([]);
    this.#first = undefined;
  }

  remove(): void {
    this.#cancel();
    this.#bars = [];
    this.rows.length = 0;
  }

  #start(): void {
    const isShort = this.#bars.length - this.rows.length <= PART_BARS;
    if (isShort) this.#advance(this.#shown, Number.POSITIVE_INFINITY);
    else this.#rebuild();
  }

  /** Keep the values at their bars if older bars came before them, and compute all of them. */
  #startAgain(bars: readonly KLineData[]): void {
    this.#cancel();
    const added = this.#first === undefined ? -1 : bars.indexOf(this.#first);
    this.#first = bars[0];
    if (added <= 0) {
      this.rows.length = 0;
      this.#shown = this.#newRun(this.rows);
      return;
    }
    this.#fill([...Array.from({ length: added }, () => this.#emptyRow()), ...this.rows]);
    this.#shown.offset += added;
    this.#rebuild();
  }

  #rebuild(): void {
    const run = this.#newRun([]);
    let isFirstTurn = true;
    const task: Task = () => {
      if (!this.#advance(run, PART_BARS)) return false;
      this.#task = null;
      this.#show(run);
      // The chart draws after the call of `sync` that began it.
      if (isFirstTurn) queueMicrotask(() => this.#onRebuilt(true));
      else this.#onRebuilt(false);
      return true;
    };
    this.#task = task;
    this.#queue.run(task);
    isFirstTurn = false;
  }

  #show(run: Run): void {
    this.#fill(run.rows);
    this.#shown = { ...run, rows: this.rows };
  }

  #fill(rows: readonly Row[]): void {
    this.rows.length = 0;
    for (const row of rows) this.rows.push(row);
  }

  #cancel(): void {
    if (this.#task !== null) this.#queue.cancel(this.#task);
    this.#task = null;
  }

  /** Take at most `count` bars, and return whether there are no more. */
  #advance(run: Run, count: number): boolean {
    const bars = this.#bars;
    let next = run.rows.length;
    this.#replaceLast(run, next - 1);
    for (let taken = 0; taken < count && next < bars.length; taken += 1, next += 1) {
      const bar = bars[next] as KLineData;
      const row = this.#emptyRow();
      run.calculation(bar, false, row);
      run.rows.push(row);
      run.last = bar;
    }
    return next >= bars.length;
  }

  #replaceLast(run: Run, index: number): void {
    const bar = this.#bars[index];
    const row = run.rows.at(-1);
    if (bar === undefined || row === undefined || bar === run.last || run.last === null) return;
    // A calculation cannot replace its first bar.
    const isFirst = index === run.offset;
    if (isFirst) run.calculation = this.#create();
    run.calculation(bar, !isFirst, row);
    run.last = bar;
  }

  #newRun(rows: Row[]): Run {
    return { calculation: this.#create(), offset: 0, rows, last: null };
  }

  #emptyRow(): Row {
    return new Array<number>(this.#width).fill(Number.NaN);
  }
}
