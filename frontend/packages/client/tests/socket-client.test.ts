import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NotConnectedError } from "../src/errors.ts";
import { SocketClient } from "../src/socket-client.ts";
import type { SocketOptions } from "../src/socket-options.ts";
import { topicOf } from "../src/topics.ts";
import { FakeServer } from "./support/fake-server.ts";
import { RecordingListener } from "./support/recording-listener.ts";

let server: FakeServer;
let client: SocketClient;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  client = clientOf();
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
});

const clientOf = (options: Partial<SocketOptions> = {}) =>
  new SocketClient({
    url: "ws://test/api/v1/ws",
    WebSocket: server.WebSocket,
    random: () => 1,
    ...options,
  });

const settle = (ms = 20) => vi.advanceTimersByTimeAsync(ms);
const AAPL = { symbol: "AAPL", resolution: "1" };
const AAPL_TOPIC = topicOf("bars", AAPL);
const bar = (time: number) => ({ time, open: 1, high: 1, low: 1, close: 1, volume: 1 });
const ACCOUNT = { accountId: "A" };
const ORDERS_TOPIC = topicOf("orders", ACCOUNT);
const order = (id: string, status = 6) => ({
  id,
  symbol: "AAPL",
  type: 1,
  side: 1,
  qty: 1,
  status,
});

// Subscribing

test("the first subscription connects, and receives the state and then the changes", async () => {
  server.snapshots.set(AAPL_TOPIC, [bar(1)]);
  const listener = new RecordingListener<{ time: number }>();
  expect(client.state.phase).toBe("idle");
  const subscription = client.subscribe("bars", AAPL, listener);
  expect(subscription.topic).toBe(AAPL_TOPIC);
  await settle();
  await subscription.confirmed;
  expect(client.state.phase).toBe("connected");
  server.update(AAPL_TOPIC, bar(2));
  await settle();
  expect(listener.data.map(({ time }) => time)).toEqual([1, 2]);
  expect(listener.reconnections).toEqual([]);
});

test("listeners share a topic, and the last one that ends its subscription unsubscribes it", async () => {
  server.snapshots.set(AAPL_TOPIC, [bar(1)]);
  const [first, second] = [new RecordingListener<object>(), new RecordingListener<object>()];
  const one = client.subscribe("bars", AAPL, first);
  await settle();
  const two = client.subscribe("bars", { resolution: "1", symbol: "AAPL" }, second);
  await two.confirmed;
  await settle();
  expect(second.data).toEqual([bar(1)]);
  expect(server.types()).toEqual(["bars.subscribe"]);
  one.unsubscribe();
  one.unsubscribe();
  server.update(AAPL_TOPIC, bar(2));
  await settle();
  expect(first.data).toHaveLength(1);
  expect(second.data).toHaveLength(2);
  expect(server.types()).toEqual(["bars.subscribe"]);
  two.unsubscribe();
  await settle();
  expect(server.types()).toEqual(["bars.subscribe", "bars.unsubscribe"]);
});

test("a listener that is passed twice has two subscriptions", async () => {
  const listener = new RecordingListener<object>();
  const one = client.subscribe("bars", AAPL, listener);
  client.subscribe("bars", AAPL, listener);
  await settle();
  one.unsubscribe();
  server.update(AAPL_TOPIC, bar(1));
  await settle();
  expect(listener.data).toHaveLength(1);
});

test("a late listener receives the live orders, and not the ended ones", async () => {
  client.subscribe("orders", ACCOUNT, new RecordingListener());
  await settle();
  for (const each of [order("1"), order("2"), order("1", 2)]) server.update(ORDERS_TOPIC, each);
  await settle();
  const late = new RecordingListener<object>();
  client.subscribe("orders", ACCOUNT, late);
  await settle();
  expect(late.data).toEqual([order("2")]);
});

test("a topic that is unsubscribed and immediately subscribed again sends its state once", async () => {
  server.snapshots.set(AAPL_TOPIC, [bar(1)]);
  client.subscribe("bars", AAPL, new RecordingListener()).unsubscribe();
  await settle();
  const first = client.subscribe("bars", AAPL, new RecordingListener());
  await settle();
  first.unsubscribe();
  const listener = new RecordingListener<object>();
  client.subscribe("bars", AAPL, listener);
  server.update(AAPL_TOPIC, bar(0));
  await settle();
  expect(listener.data).toEqual([bar(1)]);
});

// Failures

test("a rejected subscription has the server's message and calls onFailed", async () => {
  server.reply = (_, topic) => ({ status: "error", message: "Unknown symbol", topic });
  const listener = new RecordingListener<object>();
  const { confirmed } = client.subscribe("bars", AAPL, listener);
  const rejection = expect(confirmed).rejects.toThrow("Unknown symbol");
  await settle();
  await rejection;
  expect(listener.failures[0]).toMatchObject({ code: "rejected", topic: AAPL_TOPIC });
  expect(client.state.phase).toBe("connected");
});

test("a reply with another topic does not confirm a subscription", async () => {
  server.reply = () => ({ status: "ok", message: "", topic: "bars:{}" });
  const { confirmed } = client.subscribe("bars", AAPL, new RecordingListener());
  const failed = expect(confirmed).rejects.toMatchObject({ code: "mismatched" });
  await settle();
  await failed;
});

test("a server that does not answer is disconnected, and only unconfirmed topics fail", async () => {
  const listener = new RecordingListener<object>();
  client.subscribe("bars", AAPL, listener);
  await settle();
  server.reply = () => undefined;
  const { confirmed } = client.subscribe("trades", { symbol: "AAPL" }, new RecordingListener());
  const failed = expect(confirmed).rejects.toMatchObject({ code: "unanswered" });
  await settle(10_001);
  await failed;
  expect(client.state).toMatchObject({ phase: "waiting", reason: "The server does not answer" });
  expect(listener.failures).toEqual([]);
});

test("the request that the server closes over fails, and the other topics are subscribed again", async () => {
  const good = new RecordingListener<object>();
  client.subscribe("trades", { symbol: "AAPL" }, good);
  await settle();
  server.reply = ({ type }, topic) =>
    type === "bars.subscribe" ? undefined : { status: "ok", message: "", topic };
  const bad = new RecordingListener<object>();
  client.subscribe("bars", AAPL, bad);
  await settle();
  server.cut(1003, "Could not validate payload");
  await settle(1_000);
  expect(bad.failures[0]).toMatchObject({ code: "malformed" });
  expect(good.reconnections).toEqual(["snapshot"]);
  expect(client.state.phase).toBe("connected");
});

test("an error of a listener is reported, and the other listeners are still called", async () => {
  const faults: unknown[] = [];
  const report = (error: unknown) => void faults.push(error);
  process.once("uncaughtException", report);
  const listener = new RecordingListener<object>();
  client.subscribe("bars", AAPL, {
    onData: () => {
      throw new Error("a fault");
    },
  });
  client.subscribe("bars", AAPL, listener);
  await settle();
  server.update(AAPL_TOPIC, bar(1));
  await settle();
  expect(listener.data).toHaveLength(1);
  await vi.waitFor(() => expect(faults).toHaveLength(1));
});

// Reconnections

test("all topics are subscribed again after a reconnection, and onReconnected is called", async () => {
  const topics = Array.from({ length: 50 }, (_, index) => `S${index}`);
  const listener = topics.map(() => new RecordingListener<object>());
  for (const [index, symbol] of topics.entries()) {
    client.subscribe("trades", { symbol }, listener[index] as RecordingListener<object>);
  }
  await settle();
  server.received.length = 0;
  server.cut();
  await settle(255);
  expect(server.received).toHaveLength(50);
  await settle();
  expect(server.current.subscribed.size).toBe(50);
  expect(listener.every(({ reconnections }) => reconnections.join() === "snapshot")).toBe(true);
});

test("a subscription that is made during an outage is sent after it", async () => {
  server.isUp = false;
  const { confirmed } = client.subscribe("bars", AAPL, new RecordingListener());
  await settle(500);
  server.isUp = true;
  await settle(5_000);
  await confirmed;
});

test("a subscription that is ended during an outage is not sent after it", async () => {
  const subscription = client.subscribe("bars", AAPL, new RecordingListener());
  client.subscribe("trades", { symbol: "AAPL" }, new RecordingListener());
  await settle();
  server.cut();
  subscription.unsubscribe();
  server.received.length = 0;
  await settle(1_000);
  expect(server.types()).toEqual(["trades.subscribe"]);
});

test("the state from before an outage is not mixed with the state after it", async () => {
  server.snapshots.set(ORDERS_TOPIC, [order("1")]);
  client.subscribe("orders", ACCOUNT, new RecordingListener());
  await settle();
  server.snapshots.set(ORDERS_TOPIC, [order("2")]);
  server.cut();
  await settle(1_000);
  const late = new RecordingListener<object>();
  client.subscribe("orders", ACCOUNT, late);
  await settle();
  expect(late.data).toEqual([order("2")]);
});

// Requests

test("a request without a connection rejects and is never sent", async () => {
  await expect(client.request("x.do", {})).rejects.toBeInstanceOf(NotConnectedError);
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle();
  server.cut();
  await expect(client.request("x.do", {})).rejects.toMatchObject({ wasSent: false });
  await settle(1_000);
  expect(server.types()).not.toContain("x.do");
});

test("a request whose connection ends before the reply rejects as sent", async () => {
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle();
  server.reply = () => undefined;
  const request = expect(client.request("trades.subscribe", {})).rejects.toMatchObject({
    wasSent: true,
  });
  server.cut();
  await request;
});

// Lifetime

test("an idle connection is pinged by a repeated subscription, and a dead one is detected", async () => {
  const listener = new RecordingListener<object>();
  client.subscribe("bars", AAPL, listener);
  await settle(20_010);
  expect(server.types()).toEqual(["bars.subscribe", "bars.subscribe"]);
  expect(listener.reconnections).toEqual([]);
  server.reply = () => undefined;
  await settle(30_010);
  expect(client.state.phase).not.toBe("connected");
});

test("close ends every subscription, and the client cannot be used again", async () => {
  const listener = new RecordingListener<object>();
  client.subscribe("bars", AAPL, listener);
  await settle();
  const { confirmed } = client.subscribe("trades", { symbol: "AAPL" }, listener);
  client.close();
  await expect(confirmed).rejects.toMatchObject({ code: "ended" });
  expect(listener.failures).toEqual([]);
  expect(() => client.subscribe("bars", AAPL, listener)).toThrow(NotConnectedError);
  await settle(60_000);
  expect(server.connections).toHaveLength(1);
});
