import {
  createEffect,
  createMemo,
  createSignal,
  For,
  on,
  onCleanup,
  onMount,
  Show,
  untrack,
} from "solid-js";
import { type Column, type TableState, textOf } from "./columns.ts";
import { KeptFocus } from "./kept-focus.ts";
import { RowHeights, type RowRange } from "./row-heights.ts";

const OVERSCAN_ROWS = 8;
/** The rows that are shown before the height of the table is known. */
const FIRST_ROWS = 30;
const ROW_HEIGHT_PX = 30;
/** Older rows are read when the last row is this near. */
const END_PX = 1_000;

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

export interface VirtualTableProps<Row extends object> {
  label: string;
  keyAttribute: string;
  keyOf(row: Row): string;
  isChild?(row: Row): boolean;
  hasMore: boolean;
  onEnd?(): void;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  state: TableState;
  onSort(key: string): void;
}

/** Shows the rows in view, and the one with the focus. */
export function VirtualTable<Row extends object>(props: VirtualTableProps<Row>) {
  let table!: HTMLTableElement;
  let body!: HTMLTableSectionElement;
  const rowsOf = new WeakMap<HTMLTableRowElement, Row>();
  const heights = new RowHeights<Row>(ROW_HEIGHT_PX);
  const gaps = [new Gap(), new Gap(), new Gap()];
  /** The pixels of the rows that are in view; null until they are known. */
  const [view, setView] = createSignal<{ top: number; bottom: number } | null>(null);
  const [measured, setMeasured] = createSignal(0);
  /** Whether a row is a card. Then the header is not shown, and the dialog sorts the rows. */
  const [isCards, setIsCards] = createSignal(false);
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
    { from: 0, to: 0 },
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
    // A filter finds the matching ones of all older rows, because these come into view one by one.
    void props.rows;
    if (own !== null && own.bottom > heights.total - END_PX) untrack(() => props.onEnd?.());
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
      setIsCards(getComputedStyle(body).display === "block");
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
      aria-label={props.label}
      aria-rowcount={props.hasMore ? -1 : props.rows.length + 1}
    >
      <thead>
        <tr aria-rowindex={1}>
          <For each={props.columns}>
            {(column) => (
              <Header
                column={column}
                state={props.state}
                isHidden={isCards()}
                onSort={props.onSort}
              />
            )}
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
                  element.setAttribute(props.keyAttribute, props.keyOf(item));
                }}
                aria-rowindex={items() && (positions.get(item) ?? 0) + 2}
                classList={{ child: props.state.sort === null && (props.isChild?.(item) ?? false) }}
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
  isHidden: boolean;
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
        <button
          type="button"
          class="sort"
          tabindex={props.isHidden ? -1 : 0}
          onClick={() => props.onSort(props.column.key)}
        >
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
          data-label={(column.cardLabel ?? column.label) || undefined}
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
