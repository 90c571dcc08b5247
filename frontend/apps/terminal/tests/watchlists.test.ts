import { expect, test } from "vitest";
import {
  addSymbol,
  createList,
  currentList,
  deleteList,
  LISTS_MAX,
  moveSymbol,
  nameProblem,
  nextSort,
  parseSymbols,
  parseWatchlists,
  removeSymbol,
  renameList,
  SYMBOLS_MAX,
  sortSymbols,
  type Watchlists,
} from "../src/market/watchlists.ts";

const listOf = (...symbols: string[]): Watchlists => ({
  lists: [{ name: "Main", symbols }],
  current: 0,
});
const symbolsOf = (all: Watchlists) => currentList(all).symbols.join("");

test("a symbol is added once, removed, and moved to any place", () => {
  const all = listOf("A", "B", "C", "D");
  expect(symbolsOf(addSymbol(all, "E"))).toBe("ABCDE");
  expect(symbolsOf(addSymbol(all, "B"))).toBe("ABCD");
  expect(symbolsOf(removeSymbol(all, "B"))).toBe("ACD");
  expect(symbolsOf(moveSymbol(all, "A", 1))).toBe("BACD");
  expect(symbolsOf(moveSymbol(all, "D", 0))).toBe("DABC");
  expect(symbolsOf(moveSymbol(all, "A", 99))).toBe("BCDA");
  expect(symbolsOf(moveSymbol(all, "A", -1))).toBe("ABCD");
  expect(symbolsOf(moveSymbol(all, "X", 1))).toBe("ABCD");
});

test("a list has at most 500 symbols, and there are at most 30 lists", () => {
  let all = listOf(...Array.from({ length: SYMBOLS_MAX }, (_, index) => `S${index}`));
  expect(currentList(addSymbol(all, "MORE")).symbols.length).toBe(SYMBOLS_MAX);
  for (let number = 0; number < 50; number += 1) all = createList(all, `List ${number}`);
  expect(all.lists.length).toBe(LISTS_MAX);
});

test("lists are created, renamed and deleted, and the last one stays", () => {
  let all = createList(listOf("A"), " Tech ");
  expect([all.current, currentList(all).name]).toEqual([1, "Tech"]);
  expect(nameProblem(all, "tech")).toBe("taken");
  expect(nameProblem(all, "tech", 1)).toBeNull();
  expect(nameProblem(all, " ")).toBe("empty");
  expect(currentList(createList(all, "MAIN", ["Z"]))).toEqual({ name: "MAIN 2", symbols: ["Z"] });
  expect(createList(all, " ")).toBe(all);
  expect(renameList(all, 0, "Tech")).toBe(all);
  all = addSymbol(renameList(all, 1, "Software"), "B");
  expect(all.lists.map(({ name }) => name)).toEqual(["Main", "Software"]);
  all = createList(all, "Third");
  expect(currentList(deleteList(all, 0)).name).toBe("Third");
  expect(currentList(deleteList(all, 2)).name).toBe("Software");
  expect(currentList(deleteList({ ...all, current: 1 }, 1)).name).toBe("Third");
  all = deleteList(deleteList(all, 2), 1);
  expect(deleteList(all, 0)).toBe(all);
  expect(symbolsOf(all)).toBe("A");
});

test("a column sorts in both directions, then not at all", () => {
  const first = nextSort(undefined, "change");
  expect(first).toEqual({ column: "change", isDescending: true });
  expect(nextSort(first, "symbol")).toEqual({ column: "symbol", isDescending: false });
  const second = nextSort(first, "change");
  expect(second).toEqual({ column: "change", isDescending: false });
  expect(nextSort(second, "change")).toBeUndefined();
});

test("sorting keeps equal symbols in order, and unknown values are last", () => {
  const values: Record<string, number> = { A: 2, B: 1, D: 2 };
  const sorted = (isDescending: boolean) =>
    sortSymbols(["C", "A", "B", "D"], { column: "last", isDescending }, (each) => values[each]);
  expect(sorted(false).join("")).toBe("BADC");
  expect(sorted(true).join("")).toBe("ADBC");
  const byName = { column: "symbol", isDescending: true } as const;
  expect(sortSymbols(["A", "C", "B"], byName, () => 0).join("")).toBe("CBA");
});

test("what the browser stored is checked", () => {
  const all = createList(listOf("A", "B"), "Tech");
  expect(parseWatchlists(JSON.parse(JSON.stringify(all)))).toEqual(all);
  const sorted = {
    lists: [{ name: "x", symbols: [], sort: { column: "bid", isDescending: true } }],
  };
  expect(parseWatchlists(sorted)).toEqual({ ...sorted, current: 0 });
  const foreign = { lists: [{ name: "x", symbols: "AB", sort: 3 }, { name: "x" }, 7], current: 9 };
  expect(parseWatchlists(foreign)).toEqual({ lists: [{ name: "x", symbols: [] }], current: 0 });
  for (const value of [null, 3, "x", [], {}, { lists: [] }, { lists: [{}] }])
    expect(parseWatchlists(value)).toBeNull();
  expect(parseSymbols(["A", 3, "", "A", "B"])).toEqual(["A", "B"]);
  expect(parseSymbols(null)).toEqual([]);
});

test("random moves lose no symbol", () => {
  const seed = Date.now() % 100_000;
  let state = seed + 1;
  const random = (max: number) => {
    state = (state * 16_807) % 2_147_483_647;
    return state % max;
  };
  const symbols = "ABCDEFGHIJ".split("");
  let all = listOf(...symbols);
  for (let step = 0; step < 500; step += 1) {
    const [symbol, to] = [symbols[random(10)] ?? "A", random(10)];
    all = moveSymbol(all, symbol, to);
    expect(currentList(all).symbols.indexOf(symbol), `seed ${seed}`).toBe(to);
    expect(currentList(all).symbols.toSorted(), `seed ${seed}`).toEqual(symbols);
  }
});
