// Gaps in the sequence of a topic, and how a client closes them.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
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

test("a gap is closed by a resume, with no update lost, repeated or out of order", async () => {
  client.close();
  client = clientOf({ resumable: ["orders"] });
  const listener = new RecordingListener<{ id: string }>();
  client.subscribe("orders", ACCOUNT, listener);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 1 });
  server.update(ORDERS_TOPIC, order("4"), { seq: 4, prev: 3 });
  server.update(ORDERS_TOPIC, order("5"), { seq: 5, prev: 4 });
  await settle();
  const { type, payload } = server.received.at(-1) as { type: string; payload: object };
  expect([type, payload]).toEqual(["orders.resume", { topic: ORDERS_TOPIC, seq: 1 }]);
  for (const seq of [2, 3, 4, 5, 6]) {
    server.update(ORDERS_TOPIC, order(`${seq}`), { seq, prev: seq - 1 });
  }
  await settle();
  expect(listener.data.map(({ id }) => id)).toEqual(["1", "2", "3", "4", "5", "6"]);
  expect(listener.reconnections).toEqual(["replayed"]);
});

test("a topic resumes after its last update when it reconnects", async () => {
  client.close();
  client = clientOf({ resumable: ["orders"] });
  const listener = new RecordingListener<object>();
  client.subscribe("orders", ACCOUNT, listener);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 7 });
  await settle();
  for (const _ of [1, 2]) {
    server.received.length = 0;
    server.cut();
    await settle(1_000);
    expect(server.types()).toEqual(["orders.resume"]);
  }
  expect(listener.reconnections).toEqual(["replayed", "replayed"]);
});

test("a rejected resume becomes a subscription, whose numbers may begin anywhere", async () => {
  client.close();
  client = clientOf({ resumable: ["orders"] });
  const listener = new RecordingListener<{ id: string }>();
  client.subscribe("orders", ACCOUNT, listener);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 7 });
  await settle();
  const { reply } = server;
  server.reply = (message, topic) =>
    message.type === "orders.resume"
      ? { status: "error", message: "Subscribe again", topic }
      : reply(message, topic);
  server.snapshots.set(ORDERS_TOPIC, [order("2")]);
  server.cut();
  await settle(1_000);
  server.update(ORDERS_TOPIC, order("3"), { seq: 1, prev: 0 });
  await settle();
  expect(listener.reconnections).toEqual(["snapshot"]);
  expect(listener.data.map(({ id }) => id)).toEqual(["1", "2", "3"]);
});

test("a resume that does not close the gap is followed by a subscription, not by a resume", async () => {
  client.close();
  client = clientOf({ resumable: ["orders"] });
  const listener = new RecordingListener<{ id: string }>();
  client.subscribe("orders", ACCOUNT, listener);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 1 });
  server.update(ORDERS_TOPIC, order("4"), { seq: 4, prev: 3 });
  await settle();
  server.snapshots.set(ORDERS_TOPIC, [order("5")]);
  server.received.length = 0;
  server.update(ORDERS_TOPIC, order("5"), { seq: 5, prev: 4 });
  await settle();
  expect(server.types()).toEqual(["orders.unsubscribe", "orders.subscribe"]);
  expect(listener.data.map(({ id }) => id)).toEqual(["1", "5"]);
});

test("a fill after lost updates is published, because executions have no state", async () => {
  client.close();
  client = clientOf({ resumable: [] });
  const listener = new RecordingListener<{ orderId?: string | null }>();
  client.subscribe("executions", ACCOUNT, listener);
  await settle();
  const topic = ORDERS_TOPIC.replace("orders", "executions");
  server.update(topic, { orderId: "1" }, { seq: 1 });
  await settle();
  server.update(topic, { orderId: "3" }, { seq: 3, prev: 2 });
  await settle();
  expect(listener.data.map(({ orderId }) => orderId)).toEqual(["1", "3"]);
});

test("a gap on a server without resume is followed by a subscription", async () => {
  client.close();
  client = clientOf({ resumable: [] });
  const listener = new RecordingListener<{ id: string }>();
  client.subscribe("orders", ACCOUNT, listener);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 1 });
  await settle();
  server.snapshots.set(ORDERS_TOPIC, [order("3")]);
  server.received.length = 0;
  server.update(ORDERS_TOPIC, order("3"), { seq: 3, prev: 2 });
  await settle();
  expect(server.types()).toEqual(["orders.unsubscribe", "orders.subscribe"]);
  expect(listener.data.map(({ id }) => id)).toEqual(["1", "3"]);
  expect(listener.reconnections).toEqual(["snapshot"]);
});

test("a topic whose resume closes the connection is subscribed from then on", async () => {
  client.close();
  client = clientOf({ resumable: ["orders"] });
  const listener = new RecordingListener<object>();
  client.subscribe("orders", ACCOUNT, listener);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 7 });
  await settle();
  const { reply } = server;
  server.reply = (message, topic) =>
    message.type === "orders.resume" ? undefined : reply(message, topic);
  server.cut();
  await settle(260);
  server.cut(1003, "No matching type");
  await settle(1_000);
  expect(listener.failures).toEqual([]);
  expect(listener.reconnections).toEqual(["snapshot"]);
});

test("a topic whose owner does not answer is requested again, and still resumed", async () => {
  const listener = new RecordingListener<object>();
  const { confirmed } = client.subscribe("orders", ACCOUNT, listener);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 7, prev: 6 });
  await settle();
  const answer = server.reply;
  const message = "The owner of this topic does not answer; try again.";
  server.reply = (_, topic) => ({ status: "error", message, topic });
  server.cut();
  await settle(5_000);
  expect(listener.failures).toEqual([]);
  const requests = server.types().filter((type) => type === "orders.resume");
  expect(requests.length).toBeGreaterThan(2);
  server.reply = answer;
  await settle(1_500);
  expect(listener.reconnections).toEqual(["replayed"]);
  expect(server.types().filter((type) => type === "orders.subscribe")).toHaveLength(1);
  await confirmed;
});
