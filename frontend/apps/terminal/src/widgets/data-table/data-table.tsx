import { type Accessor, createMemo, createSignal, type JSX, Show, Suspense } from "solid-js";
import { Portal } from "solid-js/web";
import { dialogPart, LoadingDialog } from "../../dialogs/dialog-part.tsx";
import { persistedSignal } from "../../persisted-signal.ts";
import { texts } from "../../texts/texts.ts";
import {
  type Column,
  isFiltered,
  isTableState,
  NO_FILTER,
  nextSort,
  shownColumns,
  type TableState,
} from "./columns.ts";
import { createOrderedRows } from "./ordered-rows.ts";
import { VirtualTable } from "./virtual-table.tsx";

const TableDialog = dialogPart(() => import("./table-dialog.tsx"));

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
  toolsPlace?: HTMLElement | undefined;
  /** Return more tools of the table, for the rows that match the filter. */
  tools?(shown: Accessor<readonly Row[]>): JSX.Element;
  /** Whether there are rows that were not read yet. */
  hasMore?: boolean;
  /** Called when the last rows come into view, so that older ones can be read. */
  onEnd?(): void;
  /** Yield all rows, also those that were not read yet, in pages. Ends early on `signal`. */
  readAll?(signal: AbortSignal): AsyncIterable<readonly Row[]>;
}

const INITIAL: TableState = { sort: null, columns: {} };

/** A table that the user sorts, filters and exports. Only the rows in view are in the document. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const [state, setState] = persistedSignal<TableState>(
    `table.${props.name}`,
    INITIAL,
    isTableState,
  );
  const [filter, setFilter] = createSignal(NO_FILTER);
  const [isDialogOpen, setIsDialogOpen] = createSignal(false);
  const closeDialog = () => void setIsDialogOpen(false);
  const columns = createMemo(() => shownColumns(props.columns, state()));
  const ordered = createOrderedRows(props, () => ({ filter: filter(), sort: state().sort }));
  const sortBy = (key: string) => setState({ ...state(), sort: nextSort(state().sort, key) });
  const hasRows = createMemo(() => props.rows.length > 0);
  const tools = () => (
    <div class="table-tools">
      <Show when={isFiltered(filter())}>
        <span class="muted" role="status">
          {texts.tables.countOf(ordered().length, props.rows.length)}
        </span>
      </Show>
      <input
        type="search"
        aria-label={texts.tables.filter(props.label)}
        placeholder={texts.tables.filterPlaceholder}
        value={filter().text}
        onInput={({ currentTarget }) => setFilter({ ...filter(), text: currentTarget.value })}
      />
      {props.tools?.(ordered)}
      <button
        type="button"
        class="quiet"
        aria-haspopup="dialog"
        aria-label={texts.tables.options(props.label)}
        title={texts.tables.optionsTitle}
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
        label={props.label}
        keyAttribute={props.keyAttribute}
        keyOf={props.keyOf}
        {...(props.isChild && { isChild: props.isChild })}
        hasMore={props.hasMore ?? false}
        {...(props.onEnd && { onEnd: props.onEnd })}
        columns={columns()}
        rows={ordered()}
        state={state()}
        onSort={sortBy}
      />
      <Show when={ordered().length === 0}>
        <p class="empty">
          {texts.tables.nothingMatches}{" "}
          <button type="button" class="link" onClick={() => setFilter(NO_FILTER)}>
            {texts.tables.showAll}
          </button>
        </p>
      </Show>
      <Show when={isDialogOpen()}>
        <Suspense fallback={<LoadingDialog onClose={closeDialog} />}>
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
            onClose={closeDialog}
          />
        </Suspense>
      </Show>
    </Show>
  );
}
