import type { ClosedTrade } from "@trading-api/client";
import { expect, test } from "vitest";
import { ClosedTrades } from "../src/account/closed-trades.ts";

/** A server with trades that were closed by the given events, in parts of at most 150. */
class Server {
  seqs: number[] = [];
  reads = 0;

  readonly read = async (limit: number, before = Number.POSITIVE_INFINITY) => {
    this.reads += 1;
    const older = this.seqs.filter((seq) => seq < before).toReversed();
    return older.slice(0, Math.min(limit, 150)).map((seq) => ({ seq }) as ClosedTrade);
  };

  close(from: number, to: number): void {
    for (let seq = from; seq <= to; seq += 1) this.seqs.push(seq);
  }
}

const shown = (trades: ClosedTrades) => trades.rows().rows.map(({ seq }) => seq);

test("the newest trades are read first, and older ones in pages until there are none", async () => {
  const server = new Server();
  server.close(1, 950);
  const trades = new ClosedTrades(server.read);
  await trades.refresh();
  expect(shown(trades)).toEqual(server.seqs.slice(-200).toReversed());
  while (trades.rows().hasMore) await trades.rows().readMore();
  expect(shown(trades)).toEqual(server.seqs.toReversed());
});

test("new trades are added without a gap, however many they are", async () => {
  const server = new Server();
  server.close(1, 30);
  const trades = new ClosedTrades(server.read);
  await trades.refresh();
  expect(trades.rows().hasMore).toBe(false);
  server.close(31, 31);
  await trades.refresh();
  server.close(32, 700);
  await trades.refresh();
  expect(shown(trades)).toEqual(server.seqs.toReversed());
});

test("after a reset of the account the trades before it are gone", async () => {
  const server = new Server();
  server.close(1, 30);
  const trades = new ClosedTrades(server.read);
  await trades.refresh();
  server.seqs = [];
  await trades.refresh();
  expect(shown(trades)).toEqual([]);
  server.close(40, 42);
  await trades.refresh();
  server.seqs = [50];
  await trades.refresh();
  expect(shown(trades)).toEqual([50]);
});
