import { expect, test, vi } from "vitest";
import type { Order } from "../src/model/broker.ts";
import type { Bar } from "../src/model/market.ts";
import { WsFallback } from "../src/ws-fallback.ts";

const order = (id: string, status: 2 | 6): Order => ({
  id,
  symbol: "AAPL",
  type: 1,
  side: 1,
  qty: 1,
  status,
});

test("a feed without a mock confirms and sends nothing", async () => {
  const listener = vi.fn();
  const fallback = new WsFallback();
  const { confirmed, topic } = fallback.bars({ symbol: "AAPL", resolution: "1" }, listener);
  await confirmed;
  expect(topic).toBe('bars:{"resolution":"1","symbol":"AAPL"}');
  expect(listener).not.toHaveBeenCalled();
  expect(fallback.connection.state.phase).toBe("connected");
});

test("a mock feed runs once for all listeners of its topic, until the last one unsubscribes", async () => {
  let publish: (bar: Bar) => void = () => {};
  const stop = vi.fn();
  const mockFeed = vi.fn((_: { symbol: string }, publishing: (bar: Bar) => void) => {
    publish = publishing;
    return stop;
  });
  const fallback = new WsFallback({ bars: mockFeed });
  const [first, second] = [vi.fn(), vi.fn()];
  const one = fallback.bars({ symbol: "AAPL", resolution: "1" }, first);
  const two = fallback.bars({ symbol: "AAPL", resolution: "1" }, { onData: second });
  await two.confirmed;
  const bar = { time: 0, open: 1, high: 1, low: 1, close: 1, volume: 0 };
  publish(bar);
  expect(mockFeed).toHaveBeenCalledOnce();
  expect(mockFeed.mock.calls[0]?.[0]).toEqual({ symbol: "AAPL", resolution: "1" });
  one.unsubscribe();
  publish({ ...bar, time: 1 });
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 2]);
  expect(stop).not.toHaveBeenCalled();
  two.unsubscribe();
  expect(stop).toHaveBeenCalledOnce();
});

test("a late listener receives the present state, as from the backend", async () => {
  const fallback = new WsFallback({
    orders: (_, publish) => {
      for (const each of [order("1", 6), order("2", 6), order("1", 2)]) publish(each);
      return () => {};
    },
  });
  await fallback.orders({ accountId: "A" }, () => {}).confirmed;
  const late: string[] = [];
  fallback.orders({ accountId: "A" }, ({ id }) => late.push(id));
  await Promise.resolve();
  expect(late).toEqual(["2"]);
});

test("a feed that is unsubscribed immediately never starts", async () => {
  const mockFeed = vi.fn(() => () => {});
  new WsFallback({ equity: mockFeed }).equity({ accountId: "A" }, () => {}).unsubscribe();
  await Promise.resolve();
  expect(mockFeed).not.toHaveBeenCalled();
});
