import { beforeEach, expect, test, vi } from "vitest";
import { BarStream } from "../src/bar-stream.ts";
import type { Feeds } from "../src/feeds.ts";
import type { Listener } from "../src/listener.ts";
import type { Bar } from "../src/model/market.ts";
import type { SocketState } from "../src/socket-options.ts";
import { FakeMarket } from "./support/fake-market.ts";

const bar = (second: number): Bar => {
  const price = { open: 1, high: 1, low: 1, close: 1 };
  return { time: second * 1_000, ...price, volume: 1 };
};

let market: FakeMarket;
let connection: { state: SocketState };
let listener: Listener<Bar>;
let seen: number[];
let resets: number;

beforeEach(() => {
  vi.useFakeTimers();
  market = new FakeMarket();
  connection = { state: { phase: "connected", since: 0 } };
  [seen, resets] = [[], 0];
});

/** Start a stream whose first `failures` reads of the history fail. */
function start(failures: number): void {
  market.faults.push(...Array.from({ length: failures }, () => new TypeError("fetch failed")));
  const bars = (_: object, own: Listener<Bar>) => {
    listener = own;
    return { topic: "bars", confirmed: Promise.resolve(), unsubscribe: () => {} };
  };
  new BarStream({
    rest: market.rest,
    feeds: { connection, bars } as unknown as Feeds,
    symbol: "AAPL",
    resolution: "1S",
    last: bar(1),
    onBar: ({ time }) => seen.push(time / 1_000),
    onResetNeeded: () => {
      resets += 1;
    },
  });
}

test.each(["snapshot", "replayed"] as const)(
  "a backfill that an outage interrupts waits for the reconnection (%s)",
  async (how) => {
    start(5);
    connection.state = { phase: "waiting", attempt: 1, retryAt: 0, reason: "1006" };
    await vi.advanceTimersByTimeAsync(60_000);
    expect([market.faults.length, resets, seen]).toEqual([0, 0, []]);

    market.bars = [bar(1), bar(2), bar(3)];
    connection.state = { phase: "connected", since: 0 };
    listener.onReconnected?.(how);
    listener.onData(bar(4));
    await vi.advanceTimersByTimeAsync(10);
    expect([resets, seen]).toEqual([0, [2, 3, 4]]);
  },
);

test("a backfill that fails while the socket is connected asks for a new chart", async () => {
  start(5);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(resets).toBe(1);
});
