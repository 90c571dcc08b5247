// A client with MessagePack and one with JSON, side by side, against a real backend.
import { expect, inject, test } from "vitest";
import type { FeedName, Feeds } from "../../src/feeds.ts";
import { OrderType, Side } from "../../src/model/broker.ts";
import type { WebSocketClass } from "../../src/socket-options.ts";
import { TradingClient } from "../../src/trading-client.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { marketOrder, quoteOf } from "../support/trading.ts";
import { until } from "../support/until.ts";

const accountId = "MSGPACK";
const ACCOUNT_FEEDS = ["orders", "positions", "executions", "notifications"] as const;
const MARKET_FEEDS = {
  bars: { symbol: "BTCUSD", resolution: "1" },
  quotes: { symbols: ["NOPE"], fast_symbols: ["BTCUSD"] },
  trades: { symbol: "BTCUSD" },
  orderbook: { symbol: "BTCUSD", depth: 5 },
  equity: { accountId },
  account: { accountId },
  positionPL: { accountId },
  brokerConnection: { accountId },
};

const { address, port } = inject("simulated");

/** Subscribe to all feeds, and record what each of them sends as text. */
async function record(client: TradingClient): Promise<Map<FeedName, string[]>> {
  const received = new Map<FeedName, string[]>();
  const subscribe = (name: FeedName, subscription: object): Promise<void> => {
    const data: string[] = [];
    received.set(name, data);
    const feed = client.feeds[name].bind(client.feeds) as Feeds["equity"];
    return feed(subscription as never, (each) => data.push(JSON.stringify(each, sorted))).confirmed;
  };
  await Promise.all([
    ...ACCOUNT_FEEDS.map((name) => subscribe(name, { accountId })),
    ...Object.entries(MARKET_FEEDS).map(([name, each]) => subscribe(name as FeedName, each)),
  ]);
  return received;
}

/** Order the fields of an object by their names, for JSON.stringify, without when it was sent. */
const sorted = (key: string, value: unknown): unknown => {
  if (key === "timestamp") return undefined;
  return inOrder(value);
};

const inOrder = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

test("both encodings have the same data, and MessagePack carries no text", async () => {
  const frames: unknown[] = [];
  const Recorded = class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      this.addEventListener("message", ({ data }) => frames.push(data));
    }
  } as unknown as WebSocketClass;
  const baseUrl = address;
  const json = new TradingClient({ baseUrl });
  const msgpack = new TradingClient({
    baseUrl,
    encoding: "msgpack",
    socket: { WebSocket: Recorded },
  });
  const [expected, received] = await Promise.all([record(json), record(msgpack)]);

  const commands = msgpack.commands(accountId);
  const { bid } = await quoteOf(json, "BTCUSD");
  const limitPrice = Math.round(bid / 2);
  const duration = { type: "GTD", datetime: Date.now() + 3_600_000 };
  const limit = { ...marketOrder(Side.Buy), type: OrderType.Limit, limitPrice, duration };
  const { orderId } = await commands.place(limit);
  await commands.place(marketOrder(Side.Buy));
  await commands.editBrackets("BTCUSD", { stopLoss: limitPrice });
  expect((await commands.preview(limit)).sections.length).toBeGreaterThan(0);
  await expect(commands.cancel("order-99")).rejects.toMatchObject({ code: "order_not_found" });
  await commands.close("BTCUSD");
  await commands.cancel(orderId);

  for (const name of ACCOUNT_FEEDS) {
    await until(() => received.get(name)?.length === expected.get(name)?.length);
    expect(received.get(name), name).toEqual(expected.get(name));
    expect(received.get(name)?.length, name).toBeGreaterThan(0);
  }
  for (const name of Object.keys(MARKET_FEEDS) as FeedName[]) {
    // The two connections may receive different ones of the conflated updates.
    const known = () => new Set(expected.get(name));
    await until(() => received.get(name)?.some((each) => known().has(each)) ?? false);
  }
  expect(frames.length).toBeGreaterThan(0);
  expect(frames.every((frame) => frame instanceof ArrayBuffer)).toBe(true);
  json.close();
  msgpack.close();
});

test("a client with MessagePack resumes after its connection was replaced", async () => {
  // Other tests use the server at the same time, so the connection is cut on its way.
  const proxy = new TcpProxy(port);
  const client = new TradingClient({ baseUrl: await proxy.start(), encoding: "msgpack" });
  const reconnections: string[] = [];
  const executions: number[] = [];
  const subscription = client.feeds.executions(
    { accountId: "RESUMED" },
    {
      onData: ({ qty }) => executions.push(qty),
      onReconnected: (how) => reconnections.push(how),
    },
  );
  await subscription.confirmed;
  await client.commands("RESUMED").place(marketOrder(Side.Buy));
  await until(() => executions.length === 1);
  proxy.cut();
  proxy.restore();
  await until(() => reconnections.length === 1);
  await client.commands("RESUMED").place(marketOrder(Side.Buy, 2));
  // A market order may be filled in several parts.
  const filled = () => executions.reduce((sum, qty) => sum + Math.round(qty * 100), 0);
  await until(() => filled() >= 3);
  expect([filled(), reconnections]).toEqual([3, ["replayed"]]);
  client.close();
  proxy.close();
});
