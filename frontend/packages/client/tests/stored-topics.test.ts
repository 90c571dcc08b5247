// Topics that continue after a reload of the page, with a fake server.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ResumeStorage } from "../src/resume-storage.ts";
import { SocketClient } from "../src/socket-client.ts";
import { topicOf } from "../src/topics.ts";
import { FakeServer } from "./support/fake-server.ts";
import { RecordingListener } from "./support/recording-listener.ts";

const ACCOUNT = { accountId: "A" };
const ORDERS_TOPIC = topicOf("orders", ACCOUNT);

let server: FakeServer;
let text: string | null;
const storage: ResumeStorage = {
  read: () => text,
  write: (given) => {
    text = given;
  },
  remove: () => {
    text = null;
  },
};
let page: EventTarget;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  text = null;
  page = new EventTarget();
  vi.stubGlobal("window", page);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const settle = (ms = 20) => vi.advanceTimersByTimeAsync(ms);
const order = (id: string, status = 6) => ({
  id,
  symbol: "AAPL",
  type: 1,
  side: 1,
  qty: 1,
  status,
});

/** Return a client as a newly loaded page makes it. */
const load = ({ owner = "me", url = "ws://test/api/v1/ws" } = {}) =>
  new SocketClient({ url, WebSocket: server.WebSocket, resume: { storage, owner } });

const subscribe = async (client: SocketClient) => {
  const listener = new RecordingListener<{ id: string }>();
  client.subscribe("orders", ACCOUNT, listener);
  await settle();
  return listener;
};

/** Leave the page: its timers and its connection end, and nothing is called any more. */
function leave(): void {
  page.dispatchEvent(new Event("pagehide"));
  server.current.close();
  vi.clearAllTimers();
  page = new EventTarget();
  vi.stubGlobal("window", page);
  server.received.length = 0;
}

/** Load a page that receives two live orders, of the numbers 7 and 8, and leave it. */
async function visit(options = {}): Promise<void> {
  await subscribe(load(options));
  server.update(ORDERS_TOPIC, order("1"), { seq: 7 });
  server.update(ORDERS_TOPIC, order("2"), { seq: 8, prev: 7 });
  await settle();
  leave();
}

test("after a reload a topic resumes, with its state first and then what was missed", async () => {
  await visit();
  const listener = await subscribe(load());
  server.update(ORDERS_TOPIC, order("1", 2), { seq: 9, prev: 8 });
  await settle();
  expect(server.received).toEqual([
    { type: "orders.resume", payload: { topic: ORDERS_TOPIC, seq: 8 } },
  ]);
  expect(listener.data).toEqual([order("1"), order("2"), order("1", 2)]);
  expect(listener.reconnections).toEqual([]);
});

test("a state is not reported before the server confirms that it can be continued", async () => {
  await visit();
  server.reply = (message, topic) => {
    const isResume = message.type.endsWith(".resume");
    return { status: isResume ? "error" : "ok", message: "", topic };
  };
  server.snapshots.set(ORDERS_TOPIC, [order("3")]);
  const listener = await subscribe(load());
  expect(server.types()).toEqual(["orders.resume", "orders.subscribe"]);
  expect(listener.data).toEqual([order("3")]);
});

test.each([
  ["another address", { url: "ws://other/api/v1/ws" }],
  ["another owner", { owner: "you" }],
])("what belongs to %s is removed", async (_, options) => {
  await visit();
  expect(text).not.toBeNull();
  const listener = await subscribe(load(options));
  expect(server.types()).toEqual(["orders.subscribe"]);
  expect(listener.data).toEqual([]);
  expect(text ?? "").not.toContain("order");
});

test.each(["", "nonsense", '{"version":0,"owner":"me","topics":[]}', "[]", "null"])(
  "a stored text of another version counts as none: %s",
  async (given) => {
    text = given;
    await subscribe(load());
    expect(server.types()).toEqual(["orders.subscribe"]);
  },
);

test("a snapshot that is still arriving is not stored", async () => {
  await subscribe(load());
  server.update(ORDERS_TOPIC, order("1"), { seq: 7 });
  await settle();
  leave();
  await subscribe(load());
  expect(server.types()).toEqual(["orders.subscribe"]);
});

test("a page that is left before it subscribed keeps what was stored", async () => {
  await visit();
  load();
  page.dispatchEvent(new Event("pagehide"));
  await subscribe(load());
  expect(server.types()).toEqual(["orders.resume"]);
});

test("what is stored is bounded, and the largest topics are left out", async () => {
  const client = load();
  const big = { ...order("1"), message: { type: "information", text: "x".repeat(200_000) } };
  for (const accountId of ["A", "B", "C"]) {
    client.subscribe("orders", { accountId }, new RecordingListener());
    await settle();
    const topic = topicOf("orders", { accountId });
    server.update(topic, accountId === "C" ? order("1") : big, { seq: 7, prev: 6 });
  }
  await settle(2_000);
  expect(text?.length).toBeLessThan(256 * 1_024);
  expect(text).toContain('{\\"accountId\\":\\"C\\"}');
});

test("a storage that is full or forbidden changes nothing", async () => {
  const fail = () => {
    throw new Error("QuotaExceededError");
  };
  const broken = { read: fail, write: fail, remove: () => {} };
  const client = new SocketClient({
    url: "ws://test/api/v1/ws",
    WebSocket: server.WebSocket,
    resume: { storage: broken },
  });
  const listener = await subscribe(client);
  server.update(ORDERS_TOPIC, order("1"), { seq: 7, prev: 6 });
  await settle(2_000);
  expect(listener.data).toHaveLength(1);
});

test("a client that is closed removes what it stored", async () => {
  const client = load();
  await subscribe(client);
  server.update(ORDERS_TOPIC, order("1"), { seq: 7, prev: 6 });
  await settle(2_000);
  expect(text).not.toBeNull();
  client.close();
  expect(text).toBeNull();
});
