import { expect, test } from "vitest";
import { RowHeights } from "../../src/widgets/data-table/row-heights.ts";
import { randomFrom } from "./random.ts";

const rowsOf = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

test("rows that were never shown have the height of the first shown one", () => {
  const rows = rowsOf(100_000);
  const heights = new RowHeights<{ n: number }>(31);
  heights.setRows(rows);
  expect(heights.total).toBe(3_100_000);
  heights.measure(rows[5] as { n: number }, 40);
  expect(heights.total).toBe(4_000_000);
  expect(heights.between(80, 400)).toEqual({ from: 2, to: 11 });
});

test("nothing is in view of a table without rows, and the last rows behind its end", () => {
  const heights = new RowHeights<{ n: number }>(10);
  expect(heights.between(0, 100)).toEqual({ from: 0, to: 0 });
  heights.setRows(rowsOf(3));
  expect(heights.between(1_000, 2_000)).toEqual({ from: 2, to: 3 });
});

test.each([1, 2, 3, 4])("the rows in view cover the pixels, seed %i", (seed) => {
  const random = randomFrom(seed);
  const rows = rowsOf(200);
  const heights = new RowHeights<{ n: number }>(20);
  const known = new Map(rows.map((row) => [row, 20]));
  heights.setRows(rows);
  heights.measure(rows[0] as { n: number }, 20);
  for (let turn = 0; turn < 200; turn += 1) {
    const row = rows[random(rows.length)] as { n: number };
    const height = 5 + random(60);
    expect(heights.measure(row, height)).toBe(known.get(row) !== height);
    known.set(row, height);
    if (random(4) === 0) {
      rows.push(rows.splice(random(rows.length), 1)[0] as { n: number });
      heights.setRows([...rows]);
    }
    const tops = rows.map((_, n) =>
      rows.slice(0, n).reduce((sum, at) => sum + (known.get(at) ?? 0), 0),
    );
    const at = random(rows.length);
    expect(heights.top(at)).toBe(tops[at]);
    const top = random(heights.total);
    const bottom = top + random(300);
    const { from, to } = heights.between(top, bottom);
    expect(heights.top(from)).toBeLessThanOrEqual(top);
    expect(heights.top(from + 1)).toBeGreaterThan(top);
    expect(heights.top(to)).toBeGreaterThanOrEqual(Math.min(bottom, heights.total));
  }
});
