import "./table-dialog.css";
import { createResource, createSignal, createUniqueId, For, onCleanup, Show } from "solid-js";
import { messageOf } from "../../error-messages.ts";
import { tables as texts } from "../../texts/tables.ts";
import { Dialog } from "../dialog.tsx";
import { nextTask, runInSlices, type Sliced } from "./arrangement.ts";
import {
  type Column,
  canHide,
  type Filter,
  isFiltered,
  NO_FILTER,
  shownColumns,
  type TableState,
  textOf,
} from "./columns.ts";
import { toCsv } from "./csv.ts";

export interface TableDialogProps<Row> {
  label: string;
  name: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** The rows that match the filter, in their order. */
  shown: readonly Row[];
  state: TableState;
  filter: Filter;
  hasMore: boolean;
  onState(state: TableState): void;
  onFilter(filter: Filter): void;
  readAll?(signal: AbortSignal): AsyncIterable<readonly Row[]>;
  onClose(): void;
}

/** Filters, sorts and exports a table, and chooses its columns. */
export default function TableDialog<Row>(props: TableDialogProps<Row>) {
  return (
    <Dialog title={props.label} class="table-dialog" onClose={props.onClose}>
      <Facets {...props} />
      <Order {...props} />
      <Columns {...props} />
      <Export {...props} />
    </Dialog>
  );
}

function Facets<Row>(props: TableDialogProps<Row>) {
  const facets = () => props.columns.filter(({ isFacet }) => isFacet);
  const [values] = createResource(() =>
    runInSlices(differentTexts(facets(), props.rows)).then((found) => found ?? new Map()),
  );
  const choose = (key: string, text: string) => {
    const { [key]: _, ...others } = props.filter.facets;
    props.onFilter({
      ...props.filter,
      facets: text === "" ? others : { ...others, [key]: text },
    });
  };
  return (
    <Show when={facets().length > 0}>
      <fieldset>
        <legend>{texts.showOnly}</legend>
        <For each={facets()}>
          {({ key, label }) => (
            <Select
              label={label}
              value={props.filter.facets[key] ?? ""}
              options={[
                { value: "", label: texts.all },
                ...[...(values()?.get(key) ?? [])].sort().map((value) => ({ value, label: value })),
              ]}
              onChange={(text) => choose(key, text)}
            />
          )}
        </For>
        <Show when={isFiltered(props.filter)}>
          <button type="button" class="link" onClick={() => props.onFilter(NO_FILTER)}>
            {texts.showAll}
          </button>
        </Show>
      </fieldset>
    </Show>
  );
}

function* differentTexts<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Sliced<Map<string, Set<string>>> {
  const found = new Map(columns.map(({ key }) => [key, new Set<string>()]));
  for (const [index, row] of rows.entries()) {
    for (const column of columns) found.get(column.key)?.add(textOf(column, row));
    if (index % 500 === 0) yield;
  }
  return found;
}

function Order<Row>(props: TableDialogProps<Row>) {
  const sortable = () => props.columns.filter(({ value }) => value !== undefined);
  const sortBy = (key: string, isDescending: boolean) =>
    props.onState({ ...props.state, sort: key === "" ? null : { key, isDescending } });
  return (
    <fieldset>
      <legend>{texts.order}</legend>
      <Select
        label={texts.sortBy}
        value={props.state.sort?.key ?? ""}
        options={[
          { value: "", label: texts.naturalOrder },
          ...sortable().map(({ key, label }) => ({ value: key, label })),
        ]}
        onChange={(key) => sortBy(key, props.state.sort?.isDescending ?? false)}
      />
      <label class="check">
        <input
          type="checkbox"
          disabled={props.state.sort === null}
          checked={props.state.sort?.isDescending ?? false}
          onChange={({ currentTarget }) =>
            sortBy(props.state.sort?.key ?? "", currentTarget.checked)
          }
        />
        {texts.descending}
      </label>
    </fieldset>
  );
}

function Columns<Row>(props: TableDialogProps<Row>) {
  const isShown = (column: Column<Row>) => shownColumns([column], props.state).length > 0;
  return (
    <fieldset>
      <legend>{texts.columns}</legend>
      <div class="columns">
        <For each={props.columns.filter(canHide)}>
          {(column) => (
            <label class="check">
              <input
                type="checkbox"
                checked={isShown(column)}
                onChange={({ currentTarget: { checked } }) =>
                  props.onState({
                    ...props.state,
                    columns: { ...props.state.columns, [column.key]: checked },
                  })
                }
              />
              {column.label}
            </label>
          )}
        </For>
      </div>
      <button
        type="button"
        class="link"
        onClick={() => props.onState({ ...props.state, columns: {} })}
      >
        {texts.defaultColumns}
      </button>
    </fieldset>
  );
}

function Export<Row>(props: TableDialogProps<Row>) {
  const [run, setRun] = createSignal<AbortController | null>(null);
  const [text, setText] = createSignal("");
  onCleanup(() => run()?.abort());
  const exportRows = async (read: (signal: AbortSignal) => Promise<readonly Row[]>) => {
    const own = new AbortController();
    setRun(own);
    try {
      const rows = await read(own.signal);
      const csv = await toCsv(props.columns, rows, nextTask);
      if (own.signal.aborted) return;
      download(csv, `${props.name}.csv`);
      setText(texts.exported(rows.length));
    } catch (error) {
      if (!own.signal.aborted) setText(texts.notExported(messageOf(error)));
    } finally {
      setRun(null);
    }
  };
  const readAll = async (signal: AbortSignal) => {
    const rows: Row[] = [];
    for await (const page of props.readAll?.(signal) ?? []) {
      for (const row of page) rows.push(row);
      setText(texts.read(rows.length));
    }
    return rows;
  };
  return (
    <fieldset>
      <legend>{texts.export}</legend>
      <div class="row">
        <button
          type="button"
          disabled={run() !== null || props.shown.length === 0}
          onClick={() => void exportRows(async () => props.shown)}
        >
          {texts.rows(props.shown.length)}
        </button>
        <Show when={props.readAll && props.hasMore}>
          <button type="button" disabled={run() !== null} onClick={() => void exportRows(readAll)}>
            {texts.allRows}
          </button>
        </Show>
        <Show when={run()}>
          {(running) => (
            <button
              type="button"
              onClick={() => {
                running().abort();
                setText(texts.exportCanceled);
              }}
            >
              {texts.cancel}
            </button>
          )}
        </Show>
      </div>
      <p class="muted" role="status">
        {text()}
      </p>
    </fieldset>
  );
}

function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the file after this task.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

interface SelectProps {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange(value: string): void;
}

function Select(props: SelectProps) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        onChange={({ currentTarget }) => props.onChange(currentTarget.value)}
      >
        <For each={props.options}>
          {({ value, label }) => (
            <option value={value} selected={value === props.value}>
              {label}
            </option>
          )}
        </For>
      </select>
    </div>
  );
}
