import {
  type Accessor,
  createComputed,
  createMemo,
  createSignal,
  onCleanup,
  untrack,
} from "solid-js";
import { type Arrangement, arrange, runInSlices, runNow } from "./arrangement.ts";
import { type Column, isFiltered } from "./columns.ts";

/** More rows than this are sorted in slices, after which the table shows them. */
const SORTED_NOW_MAX = 3_000;

/** Return the filtered and sorted rows. Many are arranged in slices, meanwhile the last ones stay. */
export function createOrderedRows<Row>(
  props: { rows: readonly Row[]; columns: readonly Column<Row>[] },
  arrangement: Accessor<Arrangement>,
): Accessor<readonly Row[]> {
  const [ordered, setOrdered] = createSignal<readonly Row[]>([]);
  let current: object | null = null;
  let runs: { of: object; isStale: boolean } | null = null;
  onCleanup(() => {
    current = null;
  });
  const runLater = async (wanted: Arrangement) => {
    // Another order starts again. Other rows wait, because they could change all the time.
    if (runs?.of === wanted) {
      runs.isStale = true;
      return;
    }
    const run = { of: wanted, isStale: false };
    runs = current = run;
    do {
      run.isStale = false;
      const { rows, columns } = untrack(() => props);
      const found = await runInSlices(arrange(rows, columns, wanted), () => current === run);
      if (found === undefined) return;
      setOrdered(() => found);
    } while (run.isStale);
    runs = null;
  };
  const wanted = createMemo(arrangement);
  createComputed(() => {
    const [{ rows, columns }, how] = [props, wanted()];
    const isQuick = rows.length <= SORTED_NOW_MAX || (how.sort === null && !isFiltered(how.filter));
    if (isQuick) {
      current = runs = null;
      const found = runNow(arrange(rows, columns, how));
      setOrdered(() => found);
    } else void untrack(() => runLater(how));
  });
  return ordered;
}
