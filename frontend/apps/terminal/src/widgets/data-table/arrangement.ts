// Filters and sorts rows in slices, so that 100,000 of them do not block the page.
import { LOCALE } from "../../locale.ts";
import {
  type CellValue,
  type Column,
  type Filter,
  isFiltered,
  type Sort,
  textOf,
} from "./columns.ts";

/** The steps between two pauses. */
const STEPS = 512;
const SLICE_MS = 8;

export interface Arrangement {
  filter: Filter;
  sort: Sort | null;
}

/** Yields between its slices, and returns the result. */
export type Sliced<T> = Generator<void, T>;

/**
 * Return the rows that match the filter, sorted by a column. Rows without a value come last. Equal
 * ones keep their order. Without filter and order it is the same array.
 */
export function* arrange<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { filter, sort }: Arrangement,
): Sliced<readonly Row[]> {
  const found = isFiltered(filter) ? yield* matching(rows, columns, filter) : rows;
  const value = columns.find(({ key }) => key === sort?.key)?.value;
  if (sort === null || value === undefined) return found;
  const values: CellValue[] = [];
  for (const row of found) {
    values.push(value(row));
    if (values.length % STEPS === 0) yield;
  }
  return yield* sorted(found, yield* ranksOf(values), sort.isDescending);
}

function* matching<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { text, facets }: Filter,
): Sliced<Row[]> {
  const words = text.trim().toLowerCase().split(/\s+/);
  const texts = columns.filter(
    ({ value, kind = "text" }) => value !== undefined && kind === "text",
  );
  const chosen = columns.flatMap((column) => {
    const wanted = facets[column.key];
    return wanted === undefined ? [] : [{ column, wanted }];
  });
  const found: Row[] = [];
  let steps = 0;
  for (const row of rows) {
    steps += 1;
    if (steps % STEPS === 0) yield;
    if (!chosen.every(({ column, wanted }) => textOf(column, row) === wanted)) continue;
    const searched = texts.map((column) => textOf(column, row).toLowerCase());
    if (words.every((word) => searched.some((each) => each.includes(word)))) found.push(row);
  }
  return found;
}

const collator = new Intl.Collator(LOCALE, { numeric: true });

/** Return numbers that are ordered as the values are: NaN for a missing one. */
function* ranksOf(values: readonly CellValue[]): Sliced<Float64Array> {
  const ranks = new Float64Array(values.length);
  const different = new Map<string, number>();
  for (const [index, value] of values.entries()) {
    if (typeof value === "number") ranks[index] = value;
    else if (typeof value === "boolean") ranks[index] = Number(value);
    else if (value === null || value === undefined) ranks[index] = Number.NaN;
    else different.set(value, 0);
    if (index % STEPS === 0) yield;
  }
  if (different.size === 0) return ranks;
  // There are far fewer different texts than rows, and comparing texts is slow.
  const texts = [...different.keys()];
  const order = yield* mergeSorted(texts.length, (a, b) =>
    collator.compare(texts[a] ?? "", texts[b] ?? ""),
  );
  for (const [rank, at] of order.entries()) different.set(texts[at] ?? "", rank);
  for (const [index, value] of values.entries()) {
    if (typeof value === "string") ranks[index] = different.get(value) ?? 0;
    if (index % STEPS === 0) yield;
  }
  return ranks;
}

function* sorted<Row>(
  rows: readonly Row[],
  ranks: Float64Array,
  isDescending: boolean,
): Sliced<Row[]> {
  const sign = isDescending ? -1 : 1;
  const order = yield* mergeSorted(rows.length, (a, b) => {
    const [one, other] = [ranks[a] as number, ranks[b] as number];
    if (one === other) return 0;
    if (Number.isNaN(one)) return Number.isNaN(other) ? 0 : 1;
    if (Number.isNaN(other)) return -1;
    return one < other ? -sign : sign;
  });
  const result: Row[] = [];
  for (const at of order) {
    result.push(rows[at] as Row);
    if (result.length % STEPS === 0) yield;
  }
  return result;
}

/** Return the numbers below `count` in the order of `compare`, a stable merge sort. */
function* mergeSorted(
  count: number,
  compare: (a: number, b: number) => number,
): Sliced<Uint32Array> {
  let from = Uint32Array.from({ length: count }, (_, index) => index);
  let to = new Uint32Array(count);
  let steps = 0;
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      let [left, right] = [start, middle];
      for (let at = start; at < end; at += 1) {
        const isLeft =
          left < middle &&
          (right >= end || compare(from[left] as number, from[right] as number) <= 0);
        to[at] = (isLeft ? from[left++] : from[right++]) as number;
        steps += 1;
        if (steps % STEPS === 0) yield;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Run all slices without a pause. */
export function runNow<T>(work: Sliced<T>): T {
  while (true) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Run the slices with pauses for the page. Resolves to undefined once `isCurrent` returns false. */
export async function runInSlices<T>(
  work: Sliced<T>,
  isCurrent: () => boolean = () => true,
): Promise<T | undefined> {
  let end = performance.now() + SLICE_MS;
  while (isCurrent()) {
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() < end) continue;
    await nextTask();
    end = performance.now() + SLICE_MS;
  }
  return undefined;
}

/** Wait for another task: a timeout would be delayed when it is repeated. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
