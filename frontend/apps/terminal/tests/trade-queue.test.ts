import type { Trade } from "@trading-api/client";
import { expect, test } from "vitest";
import { TRADES_MAX, TradeQueue } from "../src/market/trade-queue.ts";

const trade = (number: number): Trade => ({
  symbol: "AAPL",
  price: 100 + number / 100,
  qty: 1 + number,
  time: number,
  side: number % 2 === 0 ? 1 : -1,
});

test("every trade between two frames is listed once, oldest first", () => {
  const queue = new TradeQueue();
  for (const number of [1, 2, 3]) queue.push(trade(number));
  expect(queue.take()).toEqual([trade(1), trade(2), trade(3)]);
  expect(queue.take()).toEqual([]);
  queue.push(trade(3));
  expect(queue.take()).toEqual([trade(3)]);
});

test("a page without frames keeps the newest trades", () => {
  const queue = new TradeQueue();
  for (let number = 0; number < 1_000; number += 1) queue.push(trade(number));
  const lines = queue.take();
  expect(lines.length).toBe(TRADES_MAX);
  expect(lines[0]).toEqual(trade(1_000 - TRADES_MAX));
  expect(lines.at(-1)).toEqual(trade(999));
});

test("an interruption is a gap, unless the server repeats the last trade", () => {
  const queue = new TradeQueue();
  queue.interrupt();
  queue.push(trade(1));
  expect(queue.take()).toEqual([trade(1)]);
  queue.interrupt();
  queue.push(trade(1));
  queue.push(trade(2));
  expect(queue.take()).toEqual([trade(2)]);
  queue.interrupt();
  queue.push(trade(5));
  queue.push(trade(6));
  expect(queue.take()).toEqual(["gap", trade(5), trade(6)]);
});

test("another symbol begins with an empty list", () => {
  const queue = new TradeQueue();
  queue.push(trade(1));
  queue.interrupt();
  queue.clear();
  queue.push(trade(7));
  expect(queue.take()).toEqual([trade(7)]);
});
