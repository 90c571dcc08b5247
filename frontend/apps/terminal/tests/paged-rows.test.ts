import { expect, test } from "vitest";
import { PagedRows } from "../src/panels/paged-rows.ts";

interface Row {
  id: string;
  at: number;
}

const row = (at: number): Row => ({ id: `row-${at}`, at });

/** A history on a server: rows from 1 to `count`. */
function historyOf(count: number) {
  const asked: (string | undefined)[] = [];
  const server = { count, fails: false };
  const rows = new PagedRows<Row>({
    read: async (limit, before) => {
      asked.push(before);
      if (server.fails) throw new Error("no");
      const newest = before === undefined ? server.count : Number(before.slice(4)) - 1;
      return Array.from({ length: Math.min(limit, newest) }, (_, n) => row(newest - n));
    },
    keyOf: ({ id }) => id,
    compare: (a, b) => b.at - a.at,
  });
  return { rows, asked, server };
}

const timesOf = ({ rows }: PagedRows<Row>) => rows.map(({ at }) => at);

test("pages follow each other without a gap until the oldest row", async () => {
  const { rows, asked } = historyOf(1_200);
  while (rows.hasMore) await rows.readMore();
  expect(timesOf(rows)).toEqual(Array.from({ length: 1_200 }, (_, n) => 1_200 - n));
  expect(asked).toEqual([undefined, "row-701", "row-201"]);
  await rows.readMore();
  expect(asked.length).toBe(3);
});

test("a page is read once, however often the end comes into view", async () => {
  const { rows, asked } = historyOf(1_200);
  await Promise.all([rows.readMore(), rows.readMore()]);
  expect(asked).toEqual([undefined]);
});

test("rows that are reported live are merged, and repeated ones are not", async () => {
  const { rows, server } = historyOf(600);
  rows.add([row(601)]);
  await rows.readMore();
  rows.add([row(603), row(602), row(600)]);
  server.count = 603;
  await rows.readMore();
  expect(timesOf(rows)).toEqual(Array.from({ length: 603 }, (_, n) => 603 - n));
});

test("rows that are known without a gap are not read again", async () => {
  const { rows, asked } = historyOf(700);
  rows.addNewest(
    Array.from({ length: 500 }, (_, n) => row(700 - n)),
    true,
  );
  rows.addNewest([row(701)], true);
  await rows.readMore();
  expect(asked).toEqual(["row-201"]);
  expect(rows.rows.length).toBe(701);
  expect(rows.hasMore).toBe(false);
});

test("a page that cannot be read ends the reading", async () => {
  const { rows, server } = historyOf(5_000);
  server.fails = true;
  await rows.readMore();
  expect([rows.loading, rows.hasMore]).toEqual(["failed", false]);
});

test("no more than 100,000 rows are stored", async () => {
  const { rows } = historyOf(150_000);
  while (rows.hasMore) await rows.readMore();
  expect(rows.rows.length).toBe(100_000);
  rows.add([row(150_001)]);
  expect([rows.rows.length, rows.rows[0]?.at]).toEqual([100_000, 150_001]);
});

test("everything is read for an export, until it is aborted", async () => {
  const { rows } = historyOf(2_500);
  const pages: number[] = [];
  for await (const page of rows.readAll(new AbortController().signal)) pages.push(page.length);
  expect(pages).toEqual([1_000, 1_000, 500]);
  const abort = new AbortController();
  for await (const page of rows.readAll(abort.signal)) {
    pages.push(page.length);
    abort.abort();
  }
  expect(pages.length).toBe(4);
});
