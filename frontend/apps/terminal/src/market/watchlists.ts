// The watchlists as values: every change returns new ones. The browser stores them.

/** The number of symbols that one request, and one subscription, for quotes may have. */
export const SYMBOLS_MAX = 500;
export const LISTS_MAX = 30;
export const NAME_MAX = 40;

export const COLUMNS = ["last", "change", "bid", "ask", "range", "volume"] as const;
export type Column = (typeof COLUMNS)[number];
export type SortColumn = Column | "symbol";

export interface Sort {
  column: SortColumn;
  isDescending: boolean;
}

export interface Watchlist {
  name: string;
  symbols: readonly string[];
  /** Without it the symbols are in the order that the user gave them. */
  sort?: Sort | undefined;
}

/** All lists. There is at least one, their names differ, and `current` is an index. */
export interface Watchlists {
  lists: readonly Watchlist[];
  current: number;
}

export const currentList = ({ lists, current }: Watchlists): Watchlist =>
  lists[current] ?? { name: "", symbols: [] };

/** Change the current list. */
export function changeList(
  all: Watchlists,
  change: (list: Watchlist) => Partial<Watchlist>,
): Watchlists {
  const lists = all.lists.map((list, index) =>
    index === all.current ? { ...list, ...change(list) } : list,
  );
  return { ...all, lists };
}

export const addSymbol = (all: Watchlists, symbol: string): Watchlists =>
  changeList(all, ({ symbols }) =>
    symbols.includes(symbol) || symbols.length >= SYMBOLS_MAX
      ? {}
      : { symbols: [...symbols, symbol] },
  );

export const removeSymbol = (all: Watchlists, symbol: string): Watchlists =>
  changeList(all, ({ symbols }) => ({ symbols: symbols.filter((each) => each !== symbol) }));

/** Move a symbol to an index of the list without it. An index outside of the list is its nearest end. */
export const moveSymbol = (all: Watchlists, symbol: string, to: number): Watchlists =>
  changeList(all, ({ symbols }) => {
    if (!symbols.includes(symbol)) return {};
    const others = symbols.filter((each) => each !== symbol);
    return { symbols: others.toSpliced(Math.max(0, to), 0, symbol) };
  });

/** Return why a list cannot have a name, or null if it can. `except` is the list's own index. */
export function nameProblem(
  { lists }: Watchlists,
  name: string,
  except?: number,
): "empty" | "taken" | null {
  if (name.trim() === "") return "empty";
  const isTaken = lists.some(
    (list, index) => index !== except && list.name.toLowerCase() === name.trim().toLowerCase(),
  );
  return isTaken ? "taken" : null;
}

/** Add a list and choose it. A number is added to a name that another list has. */
export function createList(
  all: Watchlists,
  name: string,
  symbols: readonly string[] = [],
): Watchlists {
  const wanted = name.trim().slice(0, NAME_MAX);
  if (wanted === "" || all.lists.length >= LISTS_MAX) return all;
  let unique = wanted;
  for (let number = 2; nameProblem(all, unique) !== null; number += 1)
    unique = `${wanted.slice(0, NAME_MAX - 4)} ${number}`;
  return { lists: [...all.lists, { name: unique, symbols }], current: all.lists.length };
}

export function renameList(all: Watchlists, index: number, name: string): Watchlists {
  if (nameProblem(all, name, index) !== null) return all;
  const lists = all.lists.map((list, at) =>
    at === index ? { ...list, name: name.trim().slice(0, NAME_MAX) } : list,
  );
  return { ...all, lists };
}

/** Delete a list. The last one stays. If it was the current one, the next one is. */
export function deleteList(all: Watchlists, index: number): Watchlists {
  if (all.lists.length < 2) return all;
  const lists = all.lists.toSpliced(index, 1);
  const current = index < all.current ? all.current - 1 : all.current;
  return { lists, current: Math.min(current, lists.length - 1) };
}

/** Return the next sort after a press on a column: ascending, descending, then none. */
export function nextSort(sort: Sort | undefined, column: SortColumn): Sort | undefined {
  if (sort?.column !== column) return { column, isDescending: column !== "symbol" };
  const isFirst = sort.isDescending === (column !== "symbol");
  return isFirst ? { column, isDescending: !sort.isDescending } : undefined;
}

/**
 * Return symbols in the order of a column. `readValue` returns the value of a symbol, or undefined
 * where it is unknown: these are last. Equal values keep their order.
 */
export function sortSymbols(
  symbols: readonly string[],
  sort: Sort | undefined,
  readValue: (symbol: string, column: Column) => number | undefined,
): readonly string[] {
  if (sort === undefined) return symbols;
  const sign = sort.isDescending ? -1 : 1;
  const { column } = sort;
  if (column === "symbol") return symbols.toSorted((a, b) => sign * (a < b ? -1 : a > b ? 1 : 0));
  const values = new Map(symbols.map((symbol) => [symbol, readValue(symbol, column)]));
  return symbols.toSorted((a, b) => {
    const [left, right] = [values.get(a), values.get(b)];
    if (left === undefined || right === undefined)
      return Number(left === undefined) - Number(right === undefined);
    return sign * (left - right);
  });
}

/** Return stored lists, or null if the value is something else. What is too much is left out. */
export function parseWatchlists(value: unknown): Watchlists | null {
  if (!isObject(value) || !Array.isArray(value.lists)) return null;
  const lists: Watchlist[] = [];
  for (const list of value.lists.slice(0, LISTS_MAX)) {
    const found = parseList(list);
    if (found !== null && nameProblem({ lists, current: 0 }, found.name) === null)
      lists.push(found);
  }
  if (lists.length === 0) return null;
  const current = Number.isInteger(value.current) ? Number(value.current) : 0;
  return { lists, current: Math.min(Math.max(0, current), lists.length - 1) };
}

/** Return the symbols of a stored list of symbols: what an earlier version stored. */
export const parseSymbols = (value: unknown): string[] =>
  Array.isArray(value)
    ? [...new Set(value.filter((each) => typeof each === "string" && each !== ""))].slice(
        0,
        SYMBOLS_MAX,
      )
    : [];

function parseList(value: unknown): Watchlist | null {
  if (!isObject(value) || typeof value.name !== "string") return null;
  const { sort } = value;
  const isSort =
    isObject(sort) &&
    typeof sort.isDescending === "boolean" &&
    ["symbol", ...COLUMNS].includes(sort.column as string);
  return {
    name: value.name.trim().slice(0, NAME_MAX),
    symbols: parseSymbols(value.symbols),
    ...(isSort && { sort: sort as unknown as Sort }),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
