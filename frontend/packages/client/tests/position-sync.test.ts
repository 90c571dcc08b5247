// What is reported of an account's positions over reconnections that replay no updates.
import { beforeEach, expect, test } from "vitest";
import type { Position } from "../src/model/broker.ts";
import { PositionSync } from "../src/position-sync.ts";
import { FakeAccount } from "./support/fake-account.ts";
import { settle, startSync } from "./support/sync-harness.ts";

let account: FakeAccount;

beforeEach(() => {
  account = new FakeAccount();
});

const position = (id: string, qty: number): Position => ({
  id,
  symbol: id,
  qty,
  side: 1,
  avgPrice: 1,
});

const start = () => startSync<Position>(account, "positions", PositionSync);
const quantities = (received: Position[]) => received.map(({ id, qty }) => [id, qty]);

test("a position that was closed during the outage is reported as closed", async () => {
  const { received, onData, reconnect } = await start();
  for (const id of ["AAPL", "EURUSD"]) onData(position(id, 1));
  account.open = [position("EURUSD", 1)];
  reconnect();
  onData(position("EURUSD", 1));
  await settle();
  expect(quantities(received)).toEqual([
    ["AAPL", 1],
    ["EURUSD", 1],
    ["AAPL", 0],
  ]);
});

test("a position that is opened again before REST answers stays open", async () => {
  const { received, onData, reconnect } = await start();
  onData(position("AAPL", 1));
  reconnect();
  onData(position("AAPL", 2));
  await settle();
  expect(quantities(received)).toEqual([
    ["AAPL", 1],
    ["AAPL", 2],
  ]);
});
