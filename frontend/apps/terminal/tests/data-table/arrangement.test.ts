import { describe, expect, test } from "vitest";
import { arrange, runInSlices, runNow } from "../../src/widgets/data-table/arrangement.ts";
import {
  type Column,
  NO_FILTER,
  nextSort,
  shownColumns,
} from "../../src/widgets/data-table/columns.ts";
import { randomFrom } from "./random.ts";

interface Row {
  n: number;
  name: string;
  price?: number;
}

const COLUMNS: Column<Row>[] = [
  { key: "name", label: "Name", isHeader: true, isFacet: true, value: ({ name }) => name },
  { key: "price", label: "Price", kind: "number", value: ({ price }) => price },
  { key: "extra", label: "Extra", isOptional: true, value: ({ n }) => `order-${n}` },
  { key: "actions", label: "Actions" },
];

const rows = (...names: string[]): Row[] =>
  names.map((name, n) => ({ n, name, ...(n % 3 > 0 && { price: (n * 7) % 5 }) }));
const namesOf = (found: readonly Row[]) => found.map(({ name }) => name);
const arranged = (all: readonly Row[], how: Partial<Parameters<typeof arrange>[2]>) =>
  runNow(arrange(all, COLUMNS, { filter: NO_FILTER, sort: null, ...how }));

test("without filter and order the rows are the same array", () => {
  const all = rows("b", "a");
  expect(arranged(all, {})).toBe(all);
});

test("texts are sorted with their numbers, and equal ones keep their order", () => {
  const all = rows("order-10", "Order-9", "order-9", "order-10");
  const found = arranged(all, { sort: { key: "name", isDescending: false } });
  expect(found.map(({ n }) => n)).toEqual([2, 1, 0, 3]);
});

test.each([false, true])("a missing value is last, descending %s", (isDescending) => {
  const found = arranged(rows(..."abcdefg"), { sort: { key: "price", isDescending } });
  const prices = found.map(({ price }) => price);
  expect(prices.slice(0, 4)).toEqual(isDescending ? [4, 3, 2, 0] : [0, 2, 3, 4]);
  expect(prices.slice(4)).toEqual([undefined, undefined, undefined]);
});

test("a filter finds every word in a text of the row, whatever its case", () => {
  const all = rows("Apple Inc", "Apple", "Inca");
  expect(namesOf(arranged(all, { filter: { text: " inc APPLE", facets: {} } }))).toEqual([
    "Apple Inc",
  ]);
  expect(namesOf(arranged(all, { filter: { text: "order-2", facets: {} } }))).toEqual(["Inca"]);
});

test("a facet is one exact text", () => {
  const all = rows("a", "ab", "a");
  const filter = { text: "", facets: { name: "a" } };
  expect(arranged(all, { filter }).map(({ n }) => n)).toEqual([0, 2]);
});

describe("for any rows", () => {
  test.each([1, 2, 3, 4, 5])("the order is that of a stable sort, seed %i", async (seed) => {
    const random = randomFrom(seed);
    const all: Row[] = Array.from({ length: random(3_000) }, (_, n) => ({
      n,
      name: `s-${random(40)}`,
      ...(random(10) > 0 && { price: (random(200) - 100) / 8 }),
    }));
    for (const isDescending of [false, true]) {
      const found = await runInSlices(
        arrange(all, COLUMNS, { filter: NO_FILTER, sort: { key: "price", isDescending } }),
      );
      const sign = isDescending ? -1 : 1;
      const expected = all.toSorted((a, b) => {
        if (a.price === undefined || b.price === undefined) {
          return Number(a.price === undefined) - Number(b.price === undefined);
        }
        return sign * (a.price - b.price);
      });
      expect(found).toEqual(expected);
    }
  });

  test("a run that is not current any more ends without rows", async () => {
    const all = rows(...Array.from({ length: 2_000 }, (_, n) => `${n}`));
    const how = { filter: NO_FILTER, sort: { key: "name", isDescending: false } };
    expect(await runInSlices(arrange(all, COLUMNS, how), () => false)).toBeUndefined();
  });
});

test("a header sorts ascending, then descending, then as the rows are", () => {
  const first = nextSort(null, "name");
  const second = nextSort(first, "name");
  expect([first, second, nextSort(second, "name")]).toEqual([
    { key: "name", isDescending: false },
    { key: "name", isDescending: true },
    null,
  ]);
  expect(nextSort(second, "price")).toEqual({ key: "price", isDescending: false });
});

test("the column that names the row, and the actions, cannot be hidden", () => {
  const hidden = { name: false, actions: false, price: false, extra: true };
  const shown = (columns: Record<string, boolean>) =>
    shownColumns(COLUMNS, { sort: null, columns }).map(({ key }) => key);
  expect(shown({})).toEqual(["name", "price", "actions"]);
  expect(shown(hidden)).toEqual(["name", "extra", "actions"]);
});
