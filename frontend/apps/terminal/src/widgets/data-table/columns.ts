import type { JSX } from "solid-js";

export type CellValue = string | number | boolean | null | undefined;

/** What a table shows of each row. A column without `value` is neither sorted nor exported. */
export interface Column<Row> {
  /** Identifies the column. It is also the `data-cell` of its cells. */
  key: string;
  label: string;
  /** Return what the rows are sorted by, and what is exported: a time is in ms UTC. */
  value?(row: Row): CellValue;
  /** Return the shown text. By default it is the value. */
  text?(row: Row): string;
  /** Return the content of the cell. By default it is the text. */
  cell?(row: Row): JSX.Element;
  /** Return the content of the header, where the column is not sorted. By default it is the label. */
  header?(): JSX.Element;
  /** How values are exported, and where they are aligned. The default is `text`. */
  kind?: "text" | "number" | "time";
  /** The classes of the cells, such as `spare` for a column that a narrow table hides. */
  class?: string;
  /** Return a class of a cell, such as `up`. */
  tone?(row: Row): string;
  /** The label in a card; empty for none. By default it is the label. */
  cardLabel?: string;
  /** Whether the rows can be filtered by each value of the column. */
  isFacet?: boolean;
  /** Whether the column is hidden until the user chooses it. */
  isOptional?: boolean;
  /** Whether the column names the row. The user cannot hide it. */
  isHeader?: boolean;
}

/** The text of a cell, as it is shown and filtered. */
export function textOf<Row>(column: Column<Row>, row: Row): string {
  if (column.text !== undefined) return column.text(row);
  return String(column.value?.(row) ?? "");
}

/** How a table is sorted, and which columns the user has chosen or hidden. */
export interface TableState {
  sort: Sort | null;
  columns: Readonly<Record<string, boolean>>;
}

/** Return whether a stored value is a state. Columns that the table does not have do no harm. */
export function isTableState(value: unknown): value is TableState {
  const { sort, columns } = (value ?? {}) as Partial<TableState>;
  const isSort =
    sort === null || (typeof sort?.key === "string" && typeof sort.isDescending === "boolean");
  return isSort && typeof columns === "object" && columns !== null;
}

export interface Sort {
  key: string;
  isDescending: boolean;
}

export interface Filter {
  text: string;
  /** The chosen value of each facet, as its text. */
  facets: Readonly<Record<string, string>>;
}

export const NO_FILTER: Filter = { text: "", facets: {} };

export const isFiltered = ({ text, facets }: Filter): boolean =>
  text.trim() !== "" || Object.keys(facets).length > 0;

/** Return the columns that are shown. */
export const shownColumns = <Row>(
  columns: readonly Column<Row>[],
  { columns: chosen }: TableState,
): Column<Row>[] =>
  columns.filter(
    (column) => !canHide(column) || (chosen[column.key] ?? !(column.isOptional ?? false)),
  );

/** Return whether the user may hide a column: not the one that names the row, nor the actions. */
export const canHide = <Row>({ isHeader, value }: Column<Row>): boolean =>
  value !== undefined && !(isHeader ?? false);

/** Return the order after the present one: ascending, descending, and that of the rows. */
export function nextSort(sort: Sort | null, key: string): Sort | null {
  if (sort?.key !== key) return { key, isDescending: false };
  return sort.isDescending ? null : { key, isDescending: true };
}
