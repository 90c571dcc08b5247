import { batch, createSignal } from "solid-js";
import type { Loading } from "../account.ts";

/** The rows of a page that is shown, and of one that is exported. */
const PAGE_ROWS = 500;
const EXPORTED_PAGE_ROWS = 1_000;
const ROWS_MAX = 100_000;

export interface PagedRowsOptions<Row> {
  /** Read the newest `limit` rows, or those before the row with a key, the newest first. */
  read(limit: number, before: string | undefined): Promise<readonly Row[] | undefined>;
  keyOf(row: Row): string;
  /** Compare rows, so that a newer one comes first. */
  compare(a: Row, b: Row): number;
}

/** The history of an account, the newest rows first. Older ones are read in pages. */
export class PagedRows<Row> {
  readonly #options: PagedRowsOptions<Row>;
  readonly #keys = new Set<string>();
  readonly #rows = createSignal<readonly Row[]>([]);
  readonly #loading = createSignal<Loading>("loaded");
  readonly #hasMore = createSignal(true);
  /** The key of the oldest row that was read without a gap to the newest one. */
  #oldest: string | undefined;

  constructor(options: PagedRowsOptions<Row>) {
    this.#options = options;
  }

  get rows(): readonly Row[] {
    return this.#rows[0]();
  }
  get loading(): Loading {
    return this.#loading[0]();
  }
  /** Whether there are older rows, and they may be read. */
  get hasMore(): boolean {
    return this.#hasMore[0]();
  }
  /** Add rows that another source reported. The rows that are known already stay. */
  add(rows: readonly Row[]): void {
    const fresh = rows.filter((row) => {
      const key = this.#options.keyOf(row);
      return !this.#keys.has(key) && this.#keys.add(key);
    });
    if (fresh.length === 0) return;
    fresh.sort(this.#options.compare);
    const merged = mergeSorted(this.#rows[0](), fresh, this.#options.compare);
    for (const row of merged.slice(ROWS_MAX)) this.#keys.delete(this.#options.keyOf(row));
    batch(() => {
      this.#rows[1](merged.length > ROWS_MAX ? merged.slice(0, ROWS_MAX) : merged);
      if (merged.length >= ROWS_MAX) this.#hasMore[1](false);
    });
  }

  /** Add rows that are the newest ones, without a gap. What is read next is older than them. */
  addNewest(rows: readonly Row[], hasMore: boolean): void {
    this.add(rows);
    this.#oldest ??= rows.map(this.#options.keyOf).at(-1);
    if (!hasMore) this.#hasMore[1](false);
  }

  /** Read the next page, unless one is being read or there is none. */
  async readMore(): Promise<void> {
    const [loading, setLoading] = this.#loading;
    if (loading() === "loading" || !this.hasMore) return;
    setLoading("loading");
    try {
      const page = await this.#options.read(PAGE_ROWS, this.#oldest);
      batch(() => {
        setLoading("loaded");
        if (page === undefined) return;
        this.#oldest = page.map(this.#options.keyOf).at(-1) ?? this.#oldest;
        if (page.length < PAGE_ROWS) this.#hasMore[1](false);
        this.add(page);
      });
    } catch {
      batch(() => {
        setLoading("failed");
        this.#hasMore[1](false);
      });
    }
  }

  /** Read everything again, in pages, the newest rows first, until `signal` is aborted. */
  async *readAll(signal: AbortSignal): AsyncGenerator<readonly Row[]> {
    let before: string | undefined;
    while (!signal.aborted) {
      const page = await this.#options.read(EXPORTED_PAGE_ROWS, before);
      if (page === undefined || signal.aborted) return;
      yield page;
      if (page.length < EXPORTED_PAGE_ROWS) return;
      before = page.map(this.#options.keyOf).at(-1);
    }
  }
}

function mergeSorted<Row>(
  one: readonly Row[],
  other: readonly Row[],
  compare: (a: Row, b: Row) => number,
): Row[] {
  const [first, last] = [one[0], one.at(-1)];
  // An older page comes last, and a new row first.
  if (last === undefined || compare(last, other[0] as Row) <= 0) return one.concat(other);
  if (compare(other.at(-1) as Row, first as Row) < 0) return other.concat(one);
  const merged: Row[] = [];
  let next = 0;
  for (const row of one) {
    while (next < other.length && compare(other[next] as Row, row) < 0) {
      merged.push(other[next] as Row);
      next += 1;
    }
    merged.push(row);
  }
  return merged.concat(other.slice(next));
}
