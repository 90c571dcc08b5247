// The client where WebSockets are blocked, with a fake server and fake topics.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../src/errors.ts";
import { SocketClient } from "../src/socket-client.ts";
import type { TopicReader, TopicSource } from "../src/topic-source.ts";
import { topicOf } from "../src/topics.ts";
import { FakeServer } from "./support/fake-server.ts";
import { RecordingListener } from "./support/recording-listener.ts";

/** A source whose topics return what the test puts into `pages`, one page for each read. */
class FakeSource implements TopicSource {
  isUp = true;
  reads: string[] = [];
  readonly pages = new Map<string, object[][]>();
  fault: Error | null = null;

  async probe(): Promise<void> {
    if (!this.isUp) throw new TypeError("fetch failed");
  }

  open(route: string, subscription: object): TopicReader | null {
    if (route === "trades") return null;
    const topic = topicOf(route, subscription);
    return {
      intervalMs: 1_000,
      read: async () => {
        this.reads.push(topic);
        if (!this.isUp) throw new TypeError("fetch failed");
        if (this.fault !== null) throw this.fault;
        return (this.pages.get(topic)?.shift() ?? []) as never;
      },
    };
  }
}

let server: FakeServer;
let source: FakeSource;
let client: SocketClient;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  server.isUp = false;
  source = new FakeSource();
  client = new SocketClient({
    url: "ws://test/api/v1/ws",
    WebSocket: server.WebSocket,
    random: () => 1,
    topicSource: source,
    polling: { reconnectMs: 5_000 },
    idleTimeoutMs: 100,
  });
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
});

const settle = (ms = 20) => vi.advanceTimersByTimeAsync(ms);
const AAPL = { symbol: "AAPL", resolution: "1" };
const AAPL_TOPIC = topicOf("bars", AAPL);
const bar = (time: number) => ({ time, open: 1, high: 1, low: 1, close: 1, volume: 1 });

test("after three failed attempts, while REST answers, topics are polled", async () => {
  source.pages.set(AAPL_TOPIC, [[bar(1)], [], [bar(2), bar(3)]]);
  const listener = new RecordingListener<{ time: number }>();
  const { confirmed } = client.subscribe("bars", AAPL, listener);
  const phases: string[] = [];
  client.onState(({ phase }) => phases.push(phase));
  await settle(600);
  expect(client.state.phase).not.toBe("polling");
  await settle(400);
  expect(client.state).toMatchObject({ phase: "polling", reason: "1006" });
  await confirmed;
  await settle(2_500);
  expect(listener.data.map(({ time }) => time)).toEqual([1, 2, 3]);
  expect(phases.at(-1)).toBe("polling");
});

test("while REST does not answer either, the client waits for a connection", async () => {
  source.isUp = false;
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle(20_000);
  expect(["waiting", "connecting"]).toContain(client.state.phase);
  expect(source.reads).toEqual([]);
});

test("a server that only started late is not polled", async () => {
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle(300);
  server.isUp = true;
  await settle(5_000);
  expect(client.state.phase).toBe("connected");
  expect(source.reads).toEqual([]);
});

test("it returns to the socket once that works, with a new snapshot", async () => {
  source.pages.set(AAPL_TOPIC, [[bar(1)]]);
  server.snapshots.set(AAPL_TOPIC, [bar(5)]);
  const listener = new RecordingListener<{ time: number }>();
  client.subscribe("bars", AAPL, listener);
  await settle(2_000);
  expect(client.state.phase).toBe("polling");
  server.isUp = true;
  await settle(6_000);
  expect(client.state.phase).toBe("connected");
  expect(listener.data.map(({ time }) => time)).toEqual([1, 5]);
  expect(listener.reconnections).toEqual(["snapshot"]);
  const reads = source.reads.length;
  await settle(5_000);
  expect(source.reads).toHaveLength(reads);
});

test("a connection over which nothing arrives does not end the polling", async () => {
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle(2_000);
  server.isUp = true;
  server.reply = () => undefined;
  await settle(30_000);
  expect(server.types()).toContain("bars.unsubscribe");
  expect(client.state.phase).toBe("polling");
});

test("when REST fails too, the client waits, and the topics are not reported as known", async () => {
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle(2_000);
  await client.synchronized();
  source.isUp = false;
  await settle(10_000);
  expect(["waiting", "connecting"]).toContain(client.state.phase);
  const known = vi.fn();
  client.synchronized().then(known, () => {});
  await settle();
  expect(known).not.toHaveBeenCalled();
});

test("a topic that the server rejects fails, and the others are read on", async () => {
  const [listener, other] = [new RecordingListener(), new RecordingListener()];
  client.subscribe("bars", AAPL, listener);
  client.subscribe("trades", { symbol: "AAPL" }, other);
  source.fault = new ApiError(404, "unknown_symbol", "There is no symbol AAPL.");
  await settle(2_500);
  expect(listener.failures).toMatchObject([{ code: "rejected", message: source.fault.message }]);
  expect(other.failures).toEqual([]);
  expect(client.state.phase).toBe("polling");
});

test("a topic is read only as often as its interval, and never two at a time", async () => {
  for (let index = 0; index < 30; index += 1) {
    client.subscribe("bars", { symbol: `S${index}`, resolution: "1" }, new RecordingListener());
  }
  await settle(2_000);
  source.reads = [];
  await settle(9_000);
  expect(source.reads.length).toBeLessThanOrEqual(90);
  expect(new Set(source.reads).size).toBe(30);
});

test("the last subscription that ends ends the polling", async () => {
  const only = client.subscribe("bars", AAPL, new RecordingListener());
  await settle(2_000);
  only.unsubscribe();
  await settle(1_000);
  expect(client.state.phase).toBe("idle");
});
