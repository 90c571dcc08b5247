import {
  createComputed,
  createEffect,
  createMemo,
  createSignal,
  For,
  type JSX,
  lazy,
  on,
  onCleanup,
  onMount,
  Show,
  untrack,
} from "solid-js";
import { Portal } from "solid-js/web";
import { persistedSignal } from "../../persisted-signal.ts";
import { arrange, runInSlices, runNow } from "./arrangement.ts";
import {
  type Column,
  isFiltered,
  NO_FILTER,
  nextSort,
  shownColumns,
  type TableState,
  textOf,
} from "./columns.ts";
import { RowHeights, type RowRange } from "./row-heights.ts";

const TableDialog = lazy(() => import("./table-dialog.tsx"));

export interface DataTableProps<Row extends object> {
  /** Identifies the table: under this name the order and the columns are remembered. */
  name: string;
  /** What the rows are, such as `Orders`. */
  label: string;
  columns: readonly Column<Row>[];
  /** The rows in their natural order. A row is the same object as long as it is the same row. */
  rows: readonly Row[];
  /** The attribute of a row that has its key, such as `data-order`. */
  keyAttribute: `data-${string}`;
  keyOf(row: Row): string;
  /** Return whether the row belongs to the one above it. */
  isChild?(row: Row): boolean;
  /** What is shown without rows. */
  empty: JSX.Element;
  /** Where the tools of the table are shown. By default they are above it. */
  toolsPlace?: HTMLElement;
  /** More tools of the table. */
  tools?: JSX.Element;
  /** Whether there are rows that were not read yet. */
  hasMore?: boolean;
  /** Called when the last rows come into view, so that older ones can be read. */
  onEnd?(): void;
  /** Yield all rows, also those that were not read yet, in pages. Ends early on `signal`. */
  readAll?(signal: AbortSignal): AsyncIterable<readonly Row[]>;
}

/** More rows than this are sorted in slices, after which the table shows them. */
const SORTED_NOW_MAX = 3_000;
const OVERSCAN_ROWS = 8;
/** The rows that are shown before the height of the table is known. */
const FIRST_ROWS = 30;
const ROW_HEIGHT_PX = 31;
/** Older rows are read when the last row is this near. */
const END_PX = 1_000;
const INITIAL: TableState = { sort: null, columns: {} };

/** A space in place of rows that are out of view. */
class Gap {
  readonly #height = createSignal(0);
  get height(): number {
    return this.#height[0]();
  }
  set height(height: number) {
    this.#height[1](height);
  }
}

/** A table that the user sorts, filters and exports. Only the rows in view are in the document. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const [state, setState] = persistedSignal<TableState>(`table.${props.name}`, INITIAL);
  const [filter, setFilter] = createSignal(NO_FILTER);
  const [isDialogOpen, setIsDialogOpen] = createSignal(false);
  const columns = createMemo(() => shownColumns(props.columns, state()));
  const ordered = createOrdered(props, () => ({ filter: filter(), sort: state().sort }));
  const sortBy = (key: string) => setState({ ...state(), sort: nextSort(state().sort, key) });
  const hasRows = createMemo(() => props.rows.length > 0);
  const tools = () => (
    <div class="table-tools">
      <Show when={isFiltered(filter())}>
        <span class="muted" role="status">
          {ordered().length} of {props.rows.length}
        </span>
      </Show>
      <input
        type="search"
        aria-label={`Filter ${props.label.toLowerCase()}`}
        placeholder="Filter"
        value={filter().text}
        onInput={({ currentTarget }) => setFilter({ ...filter(), text: currentTarget.value })}
      />
      {props.tools}
      <button
        type="button"
        class="quiet"
        aria-haspopup="dialog"
        aria-label={`${props.label}: columns, order, export`}
        title="Columns, order, export"
        onClick={() => setIsDialogOpen(true)}
      >
        <span aria-hidden="true">⋯</span>
      </button>
    </div>
  );
  return (
    <Show when={hasRows()} fallback={props.empty}>
      <Show when={props.toolsPlace} fallback={tools()}>
        {(place) => <Portal mount={place()}>{tools()}</Portal>}
      </Show>
      <VirtualTable
        table={props}
        columns={columns()}
        rows={ordered()}
        state={state()}
        onSort={sortBy}
      />
      <Show when={ordered().length === 0}>
        <p class="empty">
          Nothing matches the filter.{" "}
          <button type="button" class="link" onClick={() => setFilter(NO_FILTER)}>
            Show all
          </button>
        </p>
      </Show>
      <Show when={isDialogOpen()}>
        <TableDialog
          label={props.label}
          name={props.name}
          columns={props.columns as readonly Column<object>[]}
          rows={props.rows}
          shown={ordered()}
          state={state()}
          filter={filter()}
          onState={setState}
          onFilter={setFilter}
          hasMore={props.hasMore ?? false}
          {...(props.readAll && { readAll: props.readAll })}
          onClose={() => setIsDialogOpen(false)}
        />
      </Show>
    </Show>
  );
}

/** Return the filtered and sorted rows. Many are arranged in slices, meanwhile the last ones stay. */
function createOrdered<Row extends object>(
  props: DataTableProps<Row>,
  arrangement: () => Parameters<typeof arrange>[2],
): () => readonly Row[] {
  const [ordered, setOrdered] = createSignal<readonly Row[]>([]);
  let current: object | null = null;
  let runs: { of: object; isStale: boolean } | null = null;
  onCleanup(() => {
    current = null;
  });
  const runLater = async (wanted: ReturnType<typeof arrangement>) => {
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

interface VirtualTableProps<Row extends object> {
  table: DataTableProps<Row>;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  state: TableState;
  onSort(key: string): void;
}

function VirtualTable<Row extends object>(props: VirtualTableProps<Row>) {
  let table!: HTMLTableElement;
  let body!: HTMLTableSectionElement;
  const rowsOf = new WeakMap<HTMLTableRowElement, Row>();
  const heights = new RowHeights<Row>(ROW_HEIGHT_PX);
  const gaps = [new Gap(), new Gap(), new Gap()];
  /** The pixels of the rows that are in view; null until they are known. */
  const [view, setView] = createSignal<{ top: number; bottom: number } | null>(null);
  const [measured, setMeasured] = createSignal(0);
  /** The row with the focus. It stays in the document, so that it keeps its focus. */
  const [pinned, setPinned] = createSignal<Row | null>(null);
  const focus = new KeptFocus(() => body);
  const positions = new Map<object, number>();

  const range = createMemo<RowRange>(
    () => {
      measured();
      heights.setRows(props.rows);
      const own = view();
      if (own === null) return { from: 0, to: Math.min(props.rows.length, FIRST_ROWS) };
      const { from, to } = heights.between(own.top, own.bottom);
      return {
        from: Math.max(0, from - OVERSCAN_ROWS),
        to: Math.min(props.rows.length, to + OVERSCAN_ROWS),
      };
    },
    undefined,
    { equals: (a, b) => a.from === b.from && a.to === b.to },
  );
  /** The rows in the document, and the spaces between them. */
  const items = createMemo<readonly (Row | Gap)[]>(() => {
    const { rows } = props;
    measured();
    const { from, to } = range();
    const own = pinned();
    const at = own === null ? -1 : rows.indexOf(own);
    const parts: RowRange[] = [{ from, to }];
    if (at >= to) parts.push({ from: at, to: at + 1 });
    else if (at >= 0 && at < from) parts.unshift({ from: at, to: at + 1 });
    parts.push({ from: rows.length, to: rows.length });
    const found: (Row | Gap)[] = [];
    positions.clear();
    let end = 0;
    for (const [index, part] of parts.entries()) {
      const gap = gaps[index] as Gap;
      gap.height = heights.top(part.from) - heights.top(end);
      if (part.from > end) found.push(gap);
      for (const [offset, row] of rows.slice(part.from, part.to).entries()) {
        positions.set(row, part.from + offset);
        found.push(row);
      }
      end = part.to;
    }
    focus.startMove();
    return found;
  });
  createEffect(
    on(items, () => {
      if (!focus.endMove()) setPinned(null);
    }),
  );
  createEffect(() => {
    const own = view();
    const isAtEnd = own !== null && own.bottom > heights.total - END_PX;
    if (isAtEnd && props.rows.length > 0) untrack(() => props.table.onEnd?.());
  });

  onMount(() => {
    const scroller = table.closest(".scroll") ?? document.documentElement;
    const look = () => {
      const offset = body.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      const next = { top: -offset, bottom: scroller.clientHeight - offset };
      const now = untrack(view);
      if (now?.top !== next.top || now.bottom !== next.bottom) setView(next);
    };
    let width = scroller.clientWidth;
    const measure = () => {
      if (scroller.clientWidth !== width) heights.reset();
      width = scroller.clientWidth;
      let isOther = false;
      for (const element of body.rows) {
        const row = rowsOf.get(element);
        if (row !== undefined) isOther = heights.measure(row, element.offsetHeight) || isOther;
      }
      if (isOther) setMeasured((count) => count + 1);
      look();
    };
    let frame = 0;
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(measure);
    });
    observer.observe(scroller);
    observer.observe(body);
    scroller.addEventListener("scroll", look, { passive: true });
    look();
    onCleanup(() => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      scroller.removeEventListener("scroll", look);
    });
  });

  return (
    <table
      ref={table}
      class="table cards"
      aria-label={props.table.label}
      aria-rowcount={props.table.hasMore ? -1 : props.rows.length + 1}
    >
      <thead>
        <tr aria-rowindex={1}>
          <For each={props.columns}>
            {(column) => <Header column={column} state={props.state} onSort={props.onSort} />}
          </For>
        </tr>
      </thead>
      <tbody
        ref={body}
        onFocusIn={({ target }) => {
          focus.enter(target as HTMLElement);
          const row = (target as HTMLElement).closest("tr");
          setPinned(() => (row && rowsOf.get(row)) ?? null);
        }}
        onFocusOut={() => {
          if (focus.leave()) setPinned(null);
        }}
      >
        <For each={items()}>
          {(item) =>
            item instanceof Gap ? (
              <GapRow gap={item} columns={props.columns.length} />
            ) : (
              <tr
                ref={(element) => {
                  rowsOf.set(element, item);
                  element.setAttribute(props.table.keyAttribute, props.table.keyOf(item));
                }}
                aria-rowindex={items() && (positions.get(item) ?? 0) + 2}
                classList={{ child: props.table.isChild?.(item) ?? false }}
              >
                <For each={props.columns}>
                  {(column) => <Cell column={column} row={item} state={props.state} />}
                </For>
              </tr>
            )
          }
        </For>
      </tbody>
    </table>
  );
}

function GapRow(props: { gap: Gap; columns: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row takes no focus
    <tr class="gap" aria-hidden="true">
      <td colSpan={props.columns} style={{ height: `${props.gap.height}px` }} />
    </tr>
  );
}

/** The classes of a column. One that the user has chosen is shown however narrow the table is. */
function classOf<Row>({ key, kind, class: own = "" }: Column<Row>, state: TableState): string {
  const responsive = state.columns[key] ? "" : own;
  return kind === "number" ? `n ${responsive}` : responsive;
}

interface HeaderProps<Row> {
  column: Column<Row>;
  state: TableState;
  onSort(key: string): void;
}

function Header<Row>(props: HeaderProps<Row>) {
  const direction = () => {
    const { sort } = props.state;
    if (sort?.key !== props.column.key) return undefined;
    return sort.isDescending ? "descending" : "ascending";
  };
  return (
    <th scope="col" class={classOf(props.column, props.state)} aria-sort={direction()}>
      <Show
        when={props.column.value !== undefined}
        fallback={props.column.header?.() ?? props.column.label}
      >
        <button type="button" class="sort" onClick={() => props.onSort(props.column.key)}>
          {props.column.label}
        </button>
      </Show>
    </th>
  );
}

function Cell<Row>(props: { column: Column<Row>; row: Row; state: TableState }) {
  const { column, row } = props;
  const content = () => column.cell?.(row) ?? textOf(column, row);
  const className = () => `${classOf(column, props.state)} ${column.tone?.(row) ?? ""}`;
  return (
    <Show
      when={column.isHeader}
      fallback={
        <td
          class={className()}
          data-cell={column.key}
          data-label={column.cardLabel ?? column.label}
        >
          {content()}
        </td>
      }
    >
      <th scope="row" class={className()} data-cell={column.key}>
        {content()}
      </th>
    </Show>
  );
}

/** Keeps the focus in a row that another order moves: a moved element loses its focus. */
class KeptFocus {
  readonly #body: () => HTMLElement;
  #focused: HTMLElement | null = null;
  #isMoving = false;

  constructor(body: () => HTMLElement) {
    this.#body = body;
  }

  enter(element: HTMLElement): void {
    this.#focused = element;
  }

  /** Return whether the user moved the focus away. */
  leave(): boolean {
    if (this.#isMoving) return false;
    this.#focused = null;
    return true;
  }

  startMove(): void {
    this.#isMoving = true;
  }

  /** Focus the element again, or what surrounds the table if its row is gone. Return whether it is here. */
  endMove(): boolean {
    this.#isMoving = false;
    const focused = this.#focused;
    if (focused === null || document.activeElement === focused) return true;
    const isHere = focused.isConnected;
    if (!isHere) this.#focused = null;
    const target = isHere ? focused : this.#body().closest<HTMLElement>("[tabindex]");
    target?.focus({ preventScroll: true });
    return isHere;
  }
}
