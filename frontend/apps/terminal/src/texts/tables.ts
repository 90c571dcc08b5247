import * as format from "../format.ts";

const rows = (count: number) => `${format.quantity(count)} ${count === 1 ? "row" : "rows"}`;

export const tables = {
  filter: (label: string) => `Filter ${label.toLowerCase()}`,
  filterPlaceholder: "Filter",
  countOf: (shown: number, all: number) => `${format.quantity(shown)} of ${format.quantity(all)}`,
  options: (label: string) => `${label}: columns, order, export`,
  optionsTitle: "Columns, order, export",
  nothingMatches: "Nothing matches the filter.",
  showAll: "Show all",
  showOnly: "Show only",
  all: "All",
  order: "Order",
  sortBy: "Sort by",
  naturalOrder: "Default order",
  descending: "Descending",
  columns: "Columns",
  defaultColumns: "Default columns",
  export: "Export as CSV",
  rows,
  allRows: "All of the account",
  read: (count: number) => `${rows(count)} read.`,
  exported: (count: number) => `${rows(count)} exported.`,
  notExported: (why: string) => `Not exported. ${why}`,
  exportCanceled: "The export was canceled.",
  cancel: "Cancel",
};
