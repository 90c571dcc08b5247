import type { Trade } from "@trading-api/client";
import { expect, test } from "vitest";
import { TRADES_MAX, TradeQueue } from "../src/market/trade-queue.ts";
import { randomNumbers } from "./support/random-bars.ts";

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

test("the list of the server and the stream join without a gap or a duplicate", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = randomNumbers(seed);
    const upTo = (count: number) => Math.floor(random() * count);
    const all = Array.from({ length: 60 }, (_, number) => trade(number));
    const subscribed = 10 + upTo(30);
    const listed = subscribed + upTo(20);
    const received = subscribed + upTo(20);
    const oldest = upTo(subscribed);
    const queue = new TradeQueue();
    for (const each of all.slice(subscribed, received + 1)) queue.push(each);
    const older = queue.older(all.slice(oldest, listed + 1));
    expect([...older, ...queue.take()], `seed ${seed}`).toEqual(all.slice(oldest, received + 1));
  }
});

test("equal trades of an instant are all listed", () => {
  const queue = new TradeQueue();
  queue.push(trade(2));
  expect(queue.older([trade(1), trade(2), trade(2)])).toEqual([trade(1), trade(2)]);
  queue.push(trade(2));
  expect(queue.older([trade(1), trade(2), trade(2)])).toEqual([trade(1)]);
});

test("a list without the first trade of the stream is older, with a gap, or of no use", () => {
  const queue = new TradeQueue();
  expect(queue.older([trade(1)])).toEqual([]);
  queue.push(trade(5));
  expect(queue.older([trade(1), trade(2)])).toEqual([trade(1), trade(2), "gap"]);
  expect(queue.older([trade(7), trade(8)])).toEqual([]);
  expect(queue.older([])).toEqual([]);
});

test("trades after a gap are not looked for in the list of the server", () => {
  const queue = new TradeQueue();
  queue.push(trade(3));
  queue.interrupt();
  queue.push(trade(6));
  expect(queue.older([trade(2), trade(3), trade(4), trade(5)])).toEqual([trade(2)]);
});
