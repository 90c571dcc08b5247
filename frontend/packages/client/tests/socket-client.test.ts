import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bearerProtocols } from "../src/authentication.ts";
import { NotConnectedError, type SubscriptionError } from "../src/errors.ts";
import type { Reconnection } from "../src/shared-topic.ts";
import { SocketClient, type SocketOptions } from "../src/socket-client.ts";
import { topicOf } from "../src/topics.ts";
import { FakeServer } from "./support/fake-server.ts";

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

class Heard<T> {
  readonly data: T[] = [];
  readonly continued: Reconnection[] = [];
  readonly failed: SubscriptionError[] = [];
  onData = (data: T) => void this.data.push(data);
  onReconnected = (how: Reconnection) => void this.continued.push(how);
  onFailed = (error: SubscriptionError) => void this.failed.push(error);
}

// Subscribing

test("the first subscription connects, and tells the state and then the changes", async () => {
  server.states.set(AAPL_TOPIC, [bar(1)]);
  const heard = new Heard<{ time: number }>();
  expect(client.state.phase).toBe("idle");
  const subscription = client.subscribe("bars", AAPL, heard);
  expect(subscription.topic).toBe(AAPL_TOPIC);
  await settle();
  await subscription.confirmed;
  expect(client.state.phase).toBe("connected");
  server.update(AAPL_TOPIC, bar(2));
  await settle();
  expect(heard.data.map(({ time }) => time)).toEqual([1, 2]);
  expect(heard.continued).toEqual([]);
});

test("listeners of one topic share it, and the last one to leave unsubscribes", async () => {
  server.states.set(AAPL_TOPIC, [bar(1)]);
  const [first, second] = [new Heard<object>(), new Heard<object>()];
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

test("one listener given twice counts twice", async () => {
  const heard = new Heard<object>();
  const one = client.subscribe("bars", AAPL, heard);
  client.subscribe("bars", AAPL, heard);
  await settle();
  one.unsubscribe();
  server.update(AAPL_TOPIC, bar(1));
  await settle();
  expect(heard.data).toHaveLength(1);
});

test("a late listener is told what is live, and not what ended", async () => {
  client.subscribe("orders", ACCOUNT, new Heard());
  await settle();
  for (const each of [order("1"), order("2"), order("1", 2)]) server.update(ORDERS_TOPIC, each);
  await settle();
  const late = new Heard<object>();
  client.subscribe("orders", ACCOUNT, late);
  await settle();
  expect(late.data).toEqual([order("2")]);
});

test("left and taken up again at once, it is subscribed anew and told the state once", async () => {
  server.states.set(AAPL_TOPIC, [bar(1)]);
  client.subscribe("bars", AAPL, new Heard()).unsubscribe();
  await settle();
  const first = client.subscribe("bars", AAPL, new Heard());
  await settle();
  first.unsubscribe();
  const heard = new Heard<object>();
  client.subscribe("bars", AAPL, heard);
  server.update(AAPL_TOPIC, bar(0));
  await settle();
  expect(heard.data).toEqual([bar(1)]);
});

// Failing

test("a refusal rejects with the server's words and tells the listener", async () => {
  server.answer = (_, topic) => ({ status: "error", message: "Unknown symbol", topic });
  const heard = new Heard<object>();
  const { confirmed } = client.subscribe("bars", AAPL, heard);
  const refused = expect(confirmed).rejects.toThrow("Unknown symbol");
  await settle();
  await refused;
  expect(heard.failed[0]).toMatchObject({ code: "rejected", topic: AAPL_TOPIC });
  expect(client.state.phase).toBe("connected");
});

test("another topic than was asked for is no confirmation", async () => {
  server.answer = () => ({ status: "ok", message: "", topic: "bars:{}" });
  const { confirmed } = client.subscribe("bars", AAPL, new Heard());
  const failed = expect(confirmed).rejects.toMatchObject({ code: "mismatched" });
  await settle();
  await failed;
});

test("a server that does not answer is left, and who was never answered hears of it", async () => {
  const heard = new Heard<object>();
  client.subscribe("bars", AAPL, heard);
  await settle();
  server.answer = () => undefined;
  const { confirmed } = client.subscribe("trades", { symbol: "AAPL" }, new Heard());
  const failed = expect(confirmed).rejects.toMatchObject({ code: "unanswered" });
  await settle(10_001);
  await failed;
  expect(client.state).toMatchObject({ phase: "waiting", reason: "The server does not answer" });
  expect(heard.failed).toEqual([]);
});

test("the request over which the server closes fails, and the others come back", async () => {
  const good = new Heard<object>();
  client.subscribe("trades", { symbol: "AAPL" }, good);
  await settle();
  server.answer = ({ type }, topic) =>
    type === "bars.subscribe" ? undefined : { status: "ok", message: "", topic };
  const bad = new Heard<object>();
  client.subscribe("bars", AAPL, bad);
  await settle();
  server.cut(1003, "Could not validate payload");
  await settle(1_000);
  expect(bad.failed[0]).toMatchObject({ code: "malformed" });
  expect(good.continued).toEqual(["snapshot"]);
  expect(client.state.phase).toBe("connected");
});

test("a listener's fault is reported and harms nobody else", async () => {
  const faults: unknown[] = [];
  const report = (error: unknown) => void faults.push(error);
  process.once("uncaughtException", report);
  const heard = new Heard<object>();
  client.subscribe("bars", AAPL, {
    onData: () => {
      throw new Error("a fault");
    },
  });
  client.subscribe("bars", AAPL, heard);
  await settle();
  server.update(AAPL_TOPIC, bar(1));
  await settle();
  expect(heard.data).toHaveLength(1);
  await vi.waitFor(() => expect(faults).toHaveLength(1));
});

// Reconnecting

test("it comes back with all topics at once, and the listeners know", async () => {
  const topics = Array.from({ length: 50 }, (_, index) => `S${index}`);
  const heard = topics.map(() => new Heard<object>());
  for (const [index, symbol] of topics.entries()) {
    client.subscribe("trades", { symbol }, heard[index] as Heard<object>);
  }
  await settle();
  server.heard.length = 0;
  server.cut();
  await settle(255);
  expect(server.heard).toHaveLength(50);
  await settle();
  expect(server.current.held.size).toBe(50);
  expect(heard.every(({ continued }) => continued.join() === "snapshot")).toBe(true);
});

test("delays double up to the longest, and a good connection begins anew", async () => {
  client.subscribe("bars", AAPL, new Heard());
  await settle(6_000);
  server.isUp = false;
  const delays: number[] = [];
  client.onState((state) => {
    if (state.phase === "waiting") delays.push(Math.round(state.retryAt - Date.now()));
  });
  server.cut();
  await settle(20_000);
  expect(delays.slice(0, 7)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  server.isUp = true;
  await settle(12_000);
  delays.length = 0;
  server.cut();
  expect(delays).toEqual([250]);
});

test("jitter takes up to half of a delay away", async () => {
  client.close();
  client = clientOf({ random: () => 0 });
  server.isUp = false;
  client.subscribe("bars", AAPL, new Heard());
  await settle(1);
  expect(client.state).toMatchObject({ phase: "waiting", retryAt: Date.now() + 125 });
});

test("a subscription that is wanted while the server is away is made when it is back", async () => {
  server.isUp = false;
  const { confirmed } = client.subscribe("bars", AAPL, new Heard());
  await settle(500);
  server.isUp = true;
  await settle(5_000);
  await confirmed;
});

test("one that was left while the server was away is not made again", async () => {
  const subscription = client.subscribe("bars", AAPL, new Heard());
  client.subscribe("trades", { symbol: "AAPL" }, new Heard());
  await settle();
  server.cut();
  subscription.unsubscribe();
  server.heard.length = 0;
  await settle(1_000);
  expect(server.types()).toEqual(["trades.subscribe"]);
});

test("the present state before an interruption is not mixed with that after it", async () => {
  server.states.set(ORDERS_TOPIC, [order("1")]);
  client.subscribe("orders", ACCOUNT, new Heard());
  await settle();
  server.states.set(ORDERS_TOPIC, [order("2")]);
  server.cut();
  await settle(1_000);
  const late = new Heard<object>();
  client.subscribe("orders", ACCOUNT, late);
  await settle();
  expect(late.data).toEqual([order("2")]);
});

// CommandSender

test("what is asked without a connection is refused, and never sent", async () => {
  await expect(client.request("x.do", {})).rejects.toBeInstanceOf(NotConnectedError);
  client.subscribe("bars", AAPL, new Heard());
  await settle();
  server.cut();
  await expect(client.request("x.do", {})).rejects.toMatchObject({ wasSent: false });
  await settle(1_000);
  expect(server.types()).not.toContain("x.do");
});

test("what was asked before the connection ended says that its answer is unknown", async () => {
  client.subscribe("bars", AAPL, new Heard());
  await settle();
  server.answer = () => undefined;
  const asked = expect(client.request("trades.subscribe", {})).rejects.toMatchObject({
    wasSent: true,
  });
  server.cut();
  await asked;
});

// Gaps

test("a gap is healed by resuming, with nothing lost, doubled or out of turn", async () => {
  client.close();
  client = clientOf({ resumable: ["orders"] });
  const heard = new Heard<{ id: string }>();
  client.subscribe("orders", ACCOUNT, heard);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 1 });
  server.update(ORDERS_TOPIC, order("4"), { seq: 4, prev: 3 });
  server.update(ORDERS_TOPIC, order("5"), { seq: 5, prev: 4 });
  await settle();
  const { type, payload } = server.heard.at(-1) as { type: string; payload: object };
  expect([type, payload]).toEqual(["orders.resume", { topic: ORDERS_TOPIC, seq: 1 }]);
  for (const seq of [2, 3, 4, 5, 6]) {
    server.update(ORDERS_TOPIC, order(`${seq}`), { seq, prev: seq - 1 });
  }
  await settle();
  expect(heard.data.map(({ id }) => id)).toEqual(["1", "2", "3", "4", "5", "6"]);
  expect(heard.continued).toEqual(["replayed"]);
});

test("after a reconnection it resumes where it stood", async () => {
  client.close();
  client = clientOf({ resumable: ["orders"] });
  const heard = new Heard<object>();
  client.subscribe("orders", ACCOUNT, heard);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 7 });
  await settle();
  for (const _ of [1, 2]) {
    server.heard.length = 0;
    server.cut();
    await settle(1_000);
    expect(server.types()).toEqual(["orders.resume"]);
  }
  expect(heard.continued).toEqual(["replayed", "replayed"]);
});

test("what cannot be resumed is subscribed anew, and counts from anywhere", async () => {
  client.close();
  client = clientOf({ resumable: ["orders"] });
  const heard = new Heard<{ id: string }>();
  client.subscribe("orders", ACCOUNT, heard);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 7 });
  await settle();
  const { answer } = server;
  server.answer = (message, topic) =>
    message.type === "orders.resume"
      ? { status: "error", message: "Subscribe anew", topic }
      : answer(message, topic);
  server.states.set(ORDERS_TOPIC, [order("2")]);
  server.cut();
  await settle(1_000);
  server.update(ORDERS_TOPIC, order("3"), { seq: 1, prev: 0 });
  await settle();
  expect(heard.continued).toEqual(["snapshot"]);
  expect(heard.data.map(({ id }) => id)).toEqual(["1", "2", "3"]);
});

test("a resume that heals nothing is followed by a new subscription, and not by another", async () => {
  client.close();
  client = clientOf({ resumable: ["orders"] });
  const heard = new Heard<{ id: string }>();
  client.subscribe("orders", ACCOUNT, heard);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 1 });
  server.update(ORDERS_TOPIC, order("4"), { seq: 4, prev: 3 });
  await settle();
  server.states.set(ORDERS_TOPIC, [order("5")]);
  server.heard.length = 0;
  server.update(ORDERS_TOPIC, order("5"), { seq: 5, prev: 4 });
  await settle();
  expect(server.types()).toEqual(["orders.unsubscribe", "orders.subscribe"]);
  expect(heard.data.map(({ id }) => id)).toEqual(["1", "5"]);
});

test("a fill that came after what is lost is told, for no state tells of it", async () => {
  client.close();
  client = clientOf({ resumable: [] });
  const heard = new Heard<{ orderId?: string | null }>();
  client.subscribe("executions", ACCOUNT, heard);
  await settle();
  const topic = ORDERS_TOPIC.replace("orders", "executions");
  server.update(topic, { orderId: "1" }, { seq: 1 });
  await settle();
  server.update(topic, { orderId: "3" }, { seq: 3, prev: 2 });
  await settle();
  expect(heard.data.map(({ orderId }) => orderId)).toEqual(["1", "3"]);
});

test("a server without resume gets a new subscription, for the state", async () => {
  client.close();
  client = clientOf({ resumable: [] });
  const heard = new Heard<{ id: string }>();
  client.subscribe("orders", ACCOUNT, heard);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 1 });
  await settle();
  server.states.set(ORDERS_TOPIC, [order("3")]);
  server.heard.length = 0;
  server.update(ORDERS_TOPIC, order("3"), { seq: 3, prev: 2 });
  await settle();
  expect(server.types()).toEqual(["orders.unsubscribe", "orders.subscribe"]);
  expect(heard.data.map(({ id }) => id)).toEqual(["1", "3"]);
  expect(heard.continued).toEqual(["snapshot"]);
});

test("a server that closes over a resume is asked for the state from then on", async () => {
  client.close();
  client = clientOf({ resumable: ["orders"] });
  const heard = new Heard<object>();
  client.subscribe("orders", ACCOUNT, heard);
  await settle();
  server.update(ORDERS_TOPIC, order("1"), { seq: 7 });
  await settle();
  const { answer } = server;
  server.answer = (message, topic) =>
    message.type === "orders.resume" ? undefined : answer(message, topic);
  server.cut();
  await settle(260);
  server.cut(1003, "No matching type");
  await settle(1_000);
  expect(heard.failed).toEqual([]);
  expect(heard.continued).toEqual(["snapshot"]);
});

// Life

test("an idle connection is pinged by what changes nothing, and a dead one is noticed", async () => {
  const heard = new Heard<object>();
  client.subscribe("bars", AAPL, heard);
  await settle(20_010);
  expect(server.types()).toEqual(["bars.subscribe", "bars.subscribe"]);
  expect(heard.continued).toEqual([]);
  server.answer = () => undefined;
  await settle(30_010);
  expect(client.state.phase).not.toBe("connected");
});

test("a connection that nobody needs is closed after a while, and opened again", async () => {
  const subscription = client.subscribe("bars", AAPL, new Heard());
  await settle();
  subscription.unsubscribe();
  await settle(9_000);
  expect(client.state.phase).toBe("connected");
  await settle(2_000);
  expect(client.state.phase).toBe("idle");
  client.subscribe("bars", AAPL, new Heard());
  await settle();
  expect(client.state.phase).toBe("connected");
  expect(server.connections).toHaveLength(2);
});

test("closed is closed", async () => {
  const heard = new Heard<object>();
  client.subscribe("bars", AAPL, heard);
  await settle();
  const { confirmed } = client.subscribe("trades", { symbol: "AAPL" }, heard);
  client.close();
  await expect(confirmed).rejects.toMatchObject({ code: "ended" });
  expect(heard.failed).toEqual([]);
  expect(() => client.subscribe("bars", AAPL, heard)).toThrow(NotConnectedError);
  await settle(60_000);
  expect(server.connections).toHaveLength(1);
});

// Tokens

test("a token goes as the first message, and a fresh one before it ends", async () => {
  client.close();
  let made = 0;
  const token = async () => ({ value: `token-${++made}`, expiresAt: Date.now() + 60_000 });
  client = clientOf({ authentication: { token } });
  client.subscribe("bars", AAPL, new Heard());
  await settle();
  expect(server.types().slice(0, 2)).toEqual(["auth", "bars.subscribe"]);
  await settle(30_000);
  const sent = server.heard.filter(({ type }) => type === "auth").map(({ payload }) => payload);
  expect(sent).toEqual([{ token: "token-1" }, { token: "token-2" }]);
  server.cut(1008, "The token has expired");
  expect(client.state).toMatchObject({ phase: "waiting", reason: "1008 The token has expired" });
});

test("browsers offer it as a subprotocol, and read when it ends in the token itself", async () => {
  client.close();
  const ending = (seconds: number) =>
    `x.${btoa(JSON.stringify({ exp: Date.now() / 1_000 + seconds }))}.x`;
  const [first, second] = [ending(90), ending(3_600)];
  const given = [first, second];
  const authentication = {
    token: async () => ({ value: given.shift() ?? "" }),
    protocols: bearerProtocols,
  };
  client = clientOf({ authentication });
  client.subscribe("bars", AAPL, new Heard());
  await settle();
  expect(server.current.protocols).toEqual(["trading-api", `bearer.${first}`]);
  expect(server.types()).toEqual(["bars.subscribe"]);
  await settle(60_000);
  const sent = server.heard.filter(({ type }) => type === "auth").map(({ payload }) => payload);
  expect(sent).toEqual([{ token: second }]);
});

test("a token that cannot be renewed is asked for a few times, and not sent again", async () => {
  client.close();
  const value = "the only one";
  const expiresAt = Date.now() + 60_000;
  let asked = 0;
  const token = async () => {
    asked += 1;
    if (asked === 3) throw new Error("the issuer is away");
    return { value, expiresAt };
  };
  client = clientOf({ authentication: { token } });
  client.subscribe("bars", AAPL, new Heard());
  await settle(90_000);
  expect(asked).toBeGreaterThan(2);
  expect(asked).toBeLessThan(10);
  expect(server.types().filter((type) => type === "auth")).toHaveLength(1);
});

test("without a token there is no connection, and the state says why", async () => {
  client.close();
  const token = () => Promise.reject(new Error("signed out"));
  client = clientOf({ authentication: { token } });
  client.subscribe("bars", AAPL, new Heard());
  await settle(0);
  expect(client.state).toMatchObject({ phase: "waiting", reason: "No token: signed out" });
  expect(server.connections).toHaveLength(0);
});
