// What is reported of an account's executions over reconnections that replay no updates.
import { beforeEach, expect, test } from "vitest";
import { ExecutionSync } from "../src/execution-sync.ts";
import type { Execution } from "../src/model/broker.ts";
import { FakeAccount } from "./support/fake-account.ts";
import { settle, startSync } from "./support/sync-harness.ts";

let account: FakeAccount;

beforeEach(() => {
  account = new FakeAccount();
});

const execution = (time: number): Execution => ({
  symbol: "AAPL",
  price: 1,
  qty: 1,
  side: 1,
  time,
  orderId: "order-1",
});

const start = () => startSync<Execution>(account, "executions", ExecutionSync);
const times = (received: Execution[]) => received.map(({ time }) => time);

test("executions from before the start are not reported", async () => {
  account.executed = [execution(1)];
  const { received, onData } = await start();
  onData(execution(2));
  expect(times(received)).toEqual([2]);
});

test("missed executions are reported before newer ones, and none twice", async () => {
  account.executed = [execution(1)];
  const { received, onData, reconnect } = await start();
  onData(execution(2));
  account.executed = [1, 2, 3, 4].map(execution);
  reconnect();
  onData(execution(4));
  onData(execution(5));
  await settle();
  expect(times(received)).toEqual([2, 3, 4, 5]);
});

test("an execution that is read before the socket sends it is reported once", async () => {
  const { received, onData, reconnect } = await start();
  account.executed = [execution(1), execution(2)];
  reconnect();
  await settle();
  onData(execution(2));
  onData(execution(3));
  expect(times(received)).toEqual([1, 2, 3]);
});

test("two executions that are equal in every field are two", async () => {
  const { received, onData, reconnect } = await start();
  onData(execution(1));
  account.executed = [execution(1), execution(1)];
  reconnect();
  await settle();
  expect(times(received)).toEqual([1, 1]);
});

test("a second reconnection during the first reconciliation loses nothing", async () => {
  const { received, onData, reconnect } = await start();
  let open = () => {};
  account.gate = new Promise((resolve) => {
    open = resolve;
  });
  account.executed = [execution(1)];
  reconnect();
  onData(execution(2));
  await settle();
  account.executed = [1, 2, 3].map(execution);
  reconnect();
  open();
  await settle();
  expect(times(received).sort()).toEqual([1, 2, 3]);
});

test("executions are ready once those from before the start are known", async () => {
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
