import { createEffect, createMemo, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { texts } from "../texts/texts.ts";
import { createRowDrag } from "./row-drag.ts";
import { scrollTopFor, visibleRows } from "./visible-rows.ts";
import { WatchlistRow } from "./watchlist-row.tsx";
import {
  type Column,
  changeList,
  moveSymbol,
  nextSort,
  removeSymbol,
  type SortColumn,
  type Watchlist,
} from "./watchlists.ts";

export interface WatchlistTableProps {
  list: Watchlist;
  /** The symbols in the order in which they are shown. */
  symbols: readonly string[];
  columns: readonly Column[];
  /** Called with the symbols whose rows are drawn. */
  onDrawn(symbols: readonly string[]): void;
  /** Called with whether a pointer or the focus is on a row, so that rows should stay. */
  onBusy(isBusy: boolean): void;
  announce(text: string): void;
}

/** As in the style sheet. */
const ROW_PX = 44;

/** The rows of a watchlist. Only those in view, and a few around them, are elements. */
export function WatchlistTable(props: WatchlistTableProps) {
  const { market, symbol: selected } = useApp();
  const [view, setView] = createSignal({ top: 0, height: 0, rowHeight: ROW_PX });
  const [focused, setFocused] = createSignal("");
  let scroller!: HTMLDivElement;
  let head!: HTMLTableSectionElement;
  const range = createMemo(() => visibleRows(props.symbols.length, view()));
  const drawn = createMemo(() => props.symbols.slice(range().first, range().end));
  createEffect(() => props.onDrawn(drawn()));
  const canMove = () => props.list.sort === undefined;
  /** One row can be reached with Tab, and the arrow keys reach the others. */
  const tabStop = createMemo(
    () => [focused(), selected()].find((each) => drawn().includes(each)) ?? drawn()[0],
  );

  const measure = () =>
    setView({
      top: scroller.scrollTop,
      height: Math.max(0, scroller.clientHeight - head.offsetHeight),
      rowHeight: ROW_PX,
    });
  onMount(() => {
    const sizes = new ResizeObserver(measure);
    sizes.observe(scroller);
    onCleanup(() => sizes.disconnect());
  });

  const focusRow = (symbol: string | undefined) => {
    const index = props.symbols.indexOf(symbol ?? "");
    if (symbol === undefined || index < 0) return;
    setFocused(symbol);
    scroller.scrollTop = scrollTopFor(index, view());
    measure();
    const row = scroller.querySelector(`tr[data-symbol="${CSS.escape(symbol)}"] .row`);
    if (row instanceof HTMLElement) row.focus({ preventScroll: true });
  };
  const columnLabel = (column: SortColumn) =>
    column === "symbol" ? texts.watchlist.symbol : texts.watchlist.columns[column];
  const move = (symbol: string, to: number) => {
    if (props.list.sort !== undefined) {
      props.announce(texts.watchlist.isSorted(columnLabel(props.list.sort.column)));
      return;
    }
    market.change((all) => moveSymbol(all, symbol, to));
    const place = props.symbols.indexOf(symbol) + 1;
    props.announce(texts.watchlist.moved(symbol, place, props.symbols.length));
  };
  const remove = (symbol: string) => {
    const index = props.symbols.indexOf(symbol);
    const next = props.symbols[index + 1] ?? props.symbols[index - 1];
    const hasFocus = scroller.contains(document.activeElement);
    market.change((all) => removeSymbol(all, symbol));
    props.announce(texts.watchlist.removed(symbol));
    if (hasFocus) focusRow(next);
  };
  const { drag, start } = createRowDrag({
    scroller: () => scroller,
    headHeight: () => head.offsetHeight,
    rowHeight: ROW_PX,
    count: () => props.symbols.length,
    onDrop: ({ symbol, before }) => {
      const from = props.symbols.indexOf(symbol);
      move(symbol, before > from ? before - 1 : before);
    },
  });
  const dragOf = (symbol: string, index: number) => {
    const { symbol: dragged, before } = drag() ?? {};
    if (dragged === symbol) return "dragged";
    if (before === index) return "before";
    return before === index + 1 && before === props.symbols.length ? "after" : undefined;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !(event.target instanceof Element))
      return;
    const symbol = event.target.closest<HTMLElement>("tr[data-symbol]")?.dataset.symbol;
    if (symbol === undefined) return;
    const [index, last] = [props.symbols.indexOf(symbol), props.symbols.length - 1];
    const to = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: last }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const place = Math.max(0, Math.min(to, last));
      if (!event.altKey) focusRow(props.symbols[place]);
      else if (place !== index) {
        move(symbol, place);
        focusRow(symbol);
      }
    } else if (event.key === "Delete" && !event.altKey) {
      event.preventDefault();
      remove(symbol);
    }
  };
  const sortBy = (column: SortColumn) =>
    market.change((all) => changeList(all, ({ sort }) => ({ sort: nextSort(sort, column) })));

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the rows in it
    <div
      class="scroll"
      ref={scroller}
      onScroll={measure}
      onKeyDown={onKeyDown}
      onFocusOut={() => props.onBusy(false)}
    >
      <table
        class="table watch"
        classList={{ dragging: drag() !== null }}
        aria-rowcount={props.symbols.length + 1}
      >
        <thead ref={head}>
          <tr aria-rowindex={1}>
            <For each={["symbol", ...props.columns] as SortColumn[]}>
              {(column) => (
                <Heading
                  label={columnLabel(column)}
                  isNumber={column !== "symbol"}
                  isDescending={
                    props.list.sort?.column === column ? props.list.sort.isDescending : undefined
                  }
                  onSort={() => sortBy(column)}
                />
              )}
            </For>
            <th scope="col">
              <span class="hidden">{texts.watchlist.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody
          onPointerEnter={() => props.onBusy(true)}
          onPointerLeave={() => props.onBusy(false)}
          onFocusIn={() => props.onBusy(true)}
        >
          <Space rows={range().first} />
          <For each={drawn()}>
            {(symbol, index) => (
              <WatchlistRow
                symbol={symbol}
                number={range().first + index() + 1}
                columns={props.columns}
                isTabStop={tabStop() === symbol}
                canMove={canMove()}
                drag={dragOf(symbol, range().first + index())}
                onGrip={(event) => canMove() && start(event, symbol)}
                onFocus={() => setFocused(symbol)}
                onRemove={() => remove(symbol)}
              />
            )}
          </For>
          <Space rows={props.symbols.length - range().end} />
        </tbody>
      </table>
    </div>
  );
}

/** The place of rows that are not drawn. */
function Space(props: { rows: number }) {
  return (
    <Show when={props.rows > 0}>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus */}
      <tr class="space" aria-hidden="true">
        <td style={{ height: `${props.rows * ROW_PX}px` }} />
      </tr>
    </Show>
  );
}

interface HeadingProps {
  label: string;
  isNumber: boolean;
  /** Whether the column sorts the list, and how. */
  isDescending: boolean | undefined;
  onSort(): void;
}

function Heading(props: HeadingProps) {
  return (
    <th
      scope="col"
      class={props.isNumber ? "n" : ""}
      aria-sort={
        props.isDescending === undefined
          ? undefined
          : props.isDescending
            ? "descending"
            : "ascending"
      }
    >
      <button type="button" class="sort" onClick={() => props.onSort()}>
        {props.label}
        <Show when={props.isDescending !== undefined}>
          <span aria-hidden="true">{props.isDescending ? " ▾" : " ▴"}</span>
        </Show>
      </button>
    </th>
  );
}
