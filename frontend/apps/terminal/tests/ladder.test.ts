import { type Order, OrderStatus, OrderType, Side } from "@trading-api/client";
import { expect, test } from "vitest";
import {
  groupOf,
  groupSteps,
  ladderOf,
  ownOrders,
  spreadOf,
  TickScale,
} from "../src/market/ladder.ts";

const scale = new TickScale({ minmov: 1, pricescale: 100 });
const level = (price: number, volume: number) => ({ price, volume });
const book = {
  snapshot: true,
  asks: [level(100.02, 5), level(100.04, 7), level(100.11, 1)],
  bids: [level(99.89, 2), level(99.97, 4), level(99.99, 3)],
};
const prices = (rows: { ticks: number }[]) => rows.map(({ ticks }) => scale.price(ticks));

test("a book without groups has its own prices, best first, with their sums", () => {
  const { asks, bids } = ladderOf(book, scale, { step: 1, rows: 50, own: [] });
  expect(prices(asks)).toEqual([100.02, 100.04, 100.11]);
  expect(prices(bids)).toEqual([99.99, 99.97, 99.89]);
  expect(asks.map(({ total }) => total)).toEqual([5, 12, 13]);
  expect(bids.map(({ total }) => total)).toEqual([3, 7, 9]);
});

test("bids round down to their group and asks round up", () => {
  const { asks, bids } = ladderOf(book, scale, { step: 5, rows: 50, own: [] });
  expect(prices(asks)).toEqual([100.05, 100.15]);
  expect(prices(bids)).toEqual([99.95, 99.85]);
  expect(asks.map(({ size }) => size)).toEqual([12, 1]);
});

test("the spread and the middle are those of the book, and not of its groups", () => {
  const found = spreadOf(ladderOf(book, scale, { step: 100, rows: 5, own: [] }), scale);
  expect(found?.spread).toBeCloseTo(0.03, 10);
  expect(found?.mid).toBeCloseTo(100.005, 10);
  expect(found?.percent).toBeCloseTo(0.029998, 5);
  const half = ladderOf({ ...book, bids: [] }, scale, { step: 1, rows: 5, own: [] });
  expect(spreadOf(half, scale)).toBeNull();
});

const order = (given: Partial<Order>) =>
  ({
    id: "1",
    symbol: "AAPL",
    type: OrderType.Limit,
    status: OrderStatus.Working,
    side: Side.Buy,
    qty: 10,
    ...given,
  }) as Order;

test("working orders are shown at their price with what is left, and stops on the far side", () => {
  const found = ownOrders(
    [
      order({ limitPrice: 99.9, filledQty: 4 }),
      order({ side: Side.Sell, stopPrice: 99.5, type: OrderType.Stop }),
      order({ stopPrice: 101, limitPrice: 102, type: OrderType.StopLimit }),
      order({ limitPrice: 99.9, status: OrderStatus.Inactive }),
      order({ limitPrice: 99.9, symbol: "MSFT" }),
      order({ type: OrderType.Market }),
    ],
    "AAPL",
    scale,
  );
  expect(found).toEqual([
    { side: Side.Buy, ticks: 9_990, qty: 6 },
    { side: Side.Buy, ticks: 9_950, qty: 10 },
    { side: Side.Sell, ticks: 10_100, qty: 10 },
  ]);
});

test("an own order has a row, also where the book has no level, but not beyond the book", () => {
  const own = [
    { side: Side.Buy, ticks: 9_998, qty: 6 },
    { side: Side.Buy, ticks: 9_997, qty: 1 },
    { side: Side.Buy, ticks: 9_500, qty: 9 },
    { side: Side.Sell, ticks: 10_001, qty: 2 },
  ];
  const { asks, bids, ask } = ladderOf(book, scale, { step: 1, rows: 50, own });
  expect(bids.map(({ ticks, size, own }) => [ticks, size, own])).toEqual([
    [9_999, 3, 0],
    [9_998, 0, 6],
    [9_997, 4, 1],
    [9_989, 2, 0],
  ]);
  // It is better than the best ask, which it does not change.
  expect(asks[0]).toMatchObject({ ticks: 10_001, size: 0, own: 2 });
  expect(ask).toBe(10_002);
});

test("the last group of a full side may be larger than the server sends", () => {
  const asks = Array.from({ length: 50 }, (_, index) => level(100 + index / 100, 1));
  const shown = ladderOf({ ...book, asks }, scale, { step: 10, rows: 50, own: [] });
  expect(shown.asks.map(({ isPartial }) => isPartial).indexOf(true)).toBe(shown.asks.length - 1);
  expect(shown.bids.some(({ isPartial }) => isPartial)).toBe(false);
});

test("groups are at most a hundredth of the price", () => {
  expect(groupSteps(23_000)).toEqual([1, 2, 5, 10, 20, 50, 100, 200]);
  expect(groupSteps(50)).toEqual([1]);
});

test("random books: no group is better than its levels, and nothing is lost", () => {
  const seed = Date.now() % 100_000;
  let state = seed + 1;
  const random = (max: number) => {
    state = (state * 16_807) % 2_147_483_647;
    return state % max;
  };
  for (let round = 0; round < 300; round += 1) {
    const scale = new TickScale({
      minmov: [1, 5, 25][random(3)] ?? 1,
      pricescale: 10 ** random(6),
    });
    const step = [1, 2, 5, 10, 50, 100][random(6)] ?? 1;
    const mid = random(100_000) - 1_000;
    const side = (sign: number) =>
      [...new Set(Array.from({ length: random(50) }, () => 1 + random(200)))]
        .sort((a, b) => a - b)
        .map((away) => level(scale.price(mid + sign * away), 1 + random(1_000)));
    const given = { snapshot: true, asks: side(1), bids: side(-1).reverse() };
    const shown = ladderOf(given, scale, { step, rows: 1_000, own: [] });
    for (const [levels, rows, sign] of [
      [given.asks, shown.asks, Side.Sell],
      [given.bids, shown.bids, Side.Buy],
    ] as const) {
      const context = `seed ${seed}, round ${round}`;
      const sum = levels.reduce((sum, { volume }) => sum + volume, 0);
      expect(rows.at(-1)?.total ?? 0, context).toBe(sum);
      for (const { price } of levels) {
        const ticks = scale.ticks(price);
        const group = groupOf(ticks, step, sign);
        expect((group - ticks) * sign, context).toBeLessThanOrEqual(0);
        expect(Math.abs(group - ticks), context).toBeLessThan(step);
        expect(
          rows.some((row) => row.ticks === group),
          context,
        ).toBe(true);
      }
      const order = rows.map((row) => 0 - row.ticks * sign);
      expect(order, context).toEqual([...new Set(order)].sort((a, b) => a - b));
    }
  }
});
