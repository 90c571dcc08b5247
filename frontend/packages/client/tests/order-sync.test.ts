// What is reported of an account's orders over reconnections that replay no updates.
import { beforeEach, expect, test } from "vitest";
import { type Order, OrderStatus } from "../src/model/broker.ts";
import { OrderSync } from "../src/order-sync.ts";
import { FakeAccount } from "./support/fake-account.ts";
import { settle, startSync } from "./support/sync-harness.ts";

let account: FakeAccount;

beforeEach(() => {
  account = new FakeAccount();
});

const order = (id: string, status: OrderStatus, version: number): Order => ({
  id,
  symbol: "AAPL",
  type: 1,
  side: 1,
  qty: 1,
  status,
  version,
});

const start = () => startSync<Order>(account, "orders", OrderSync);
const states = (received: Order[]) => received.map(({ id, status }) => [id, status]);

test("orders that ended during the outage are reported, and unchanged ones are not", async () => {
  account.placed = [order("old", OrderStatus.Filled, 2)];
  const { received, onData, reconnect } = await start();
  for (const id of ["1", "2"]) onData(order(id, OrderStatus.Working, 1));
  account.placed = [
    order("old", OrderStatus.Filled, 2),
    order("1", OrderStatus.Filled, 2),
    order("2", OrderStatus.Working, 1),
    order("3", OrderStatus.Canceled, 2),
  ];
  reconnect();
  onData(order("2", OrderStatus.Working, 1));
  await settle();
  expect(states(received).slice(2)).toEqual([
    ["1", OrderStatus.Filled],
    ["3", OrderStatus.Canceled],
  ]);
  onData(order("1", OrderStatus.Filled, 2));
  onData(order("1", OrderStatus.Working, 1));
  expect(received).toHaveLength(4);
});

test("orders that ended long before the start are not read, and those of an outage are", async () => {
  const ended = (id: string, updateTime: number) => ({
    ...order(id, OrderStatus.Filled, 2),
    updateTime,
  });
  account.nowMs = 1_000_000;
  account.placed = [ended("old", 900_000), ended("new", 990_000)];
  const read: number[] = [];
  const { orders } = account.rest;
  account.rest.orders = async (endedSince) => {
    const found = await orders(endedSince);
    read.push(found.length);
    return found;
  };
  const { received, reconnect } = await start();
  account.nowMs = 2_000_000;
  account.placed.push(ended("outage", 1_000_000));
  reconnect();
  await settle();
  expect(read).toEqual([1, 2]);
  expect(states(received).map(([id]) => id)).toEqual(["outage"]);
});

test("an order that the server does not know any more is reported as canceled", async () => {
  const { received, onData, reconnect } = await start();
  onData(order("1", OrderStatus.Working, 1));
  reconnect();
  await settle();
  expect(states(received).at(-1)).toEqual(["1", OrderStatus.Canceled]);
});

test("an order that REST lists first is reported when the socket sends it", async () => {
  account.placed = [order("1", OrderStatus.Filled, 2)];
  const { received, onData } = await start();
  onData(order("1", OrderStatus.Filled, 2));
  expect(states(received)).toEqual([["1", OrderStatus.Filled]]);
});

test("orders are ready once those from before the start are known", async () => {
  let open = () => {};
  account.gate = new Promise((resolve) => {
    open = resolve;
  });
  const { sync, reconnect } = await start();
  let isReady = false;
  void sync.ready.then(() => {
    isReady = true;
  });
  reconnect();
  await settle();
  expect(isReady).toBe(false);
  open();
  await settle();
  expect(isReady).toBe(true);
});

test("stopping rejects a pending ready", async () => {
  account.gate = new Promise(() => {});
  const { sync } = await start();
  sync.stop();
  await expect(sync.ready).rejects.toThrow("stopped");
});
