// The connection of a client: backoff, idle timeout and tokens.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bearerProtocols } from "../src/authentication.ts";
import { SocketClient } from "../src/socket-client.ts";
import type { SocketOptions } from "../src/socket-options.ts";
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

test("nothing is sent on a connection that is closing", async () => {
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle();
  const socket = server.connections.at(-1);
  if (socket === undefined) throw new Error("no connection");
  socket.isClosing = true;
  client.subscribe("bars", { ...AAPL, resolution: "5" }, new RecordingListener());
  await settle();
  expect(socket.lateMessages).toBe(0);
  server.cut();
  await settle(1_000);
  expect(server.connections.at(-1)?.subscribed.size).toBe(2);
});

// Backoff

test("delays double up to the maximum, and a stable connection resets them", async () => {
  client.subscribe("bars", AAPL, new RecordingListener());
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

test("a step of the wall clock does not make a connection stable or unstable", async () => {
  const delays: number[] = [];
  client.onState((state) => {
    if (state.phase === "waiting") delays.push(Math.round(state.retryAt - Date.now()));
  });
  client.subscribe("bars", AAPL, new RecordingListener());
  for (const [stepMs, lastedMs] of [
    [0, 100],
    [3_600_000, 100],
    [-3_600_000, 6_000],
  ] as const) {
    await settle(lastedMs);
    vi.setSystemTime(Date.now() + stepMs);
    server.cut();
    await settle(2_000);
  }
  expect(delays).toEqual([250, 500, 250]);
});

test("jitter shortens a delay by up to half", async () => {
  client.close();
  client = clientOf({ random: () => 0 });
  server.isUp = false;
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle(1);
  expect(client.state).toMatchObject({ phase: "waiting", retryAt: Date.now() + 125 });
});

// Idle timeout

test("an unused connection is closed after the idle timeout, and opened again when needed", async () => {
  const subscription = client.subscribe("bars", AAPL, new RecordingListener());
  await settle();
  subscription.unsubscribe();
  await settle(9_000);
  expect(client.state.phase).toBe("connected");
  await settle(2_000);
  expect(client.state.phase).toBe("idle");
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle();
  expect(client.state.phase).toBe("connected");
  expect(server.connections).toHaveLength(2);
});

// Tokens

test("a token is sent as the first message, and a fresh one before it expires", async () => {
  client.close();
  let made = 0;
  const token = async () => ({ value: `token-${++made}`, expiresAt: Date.now() + 60_000 });
  client = clientOf({ authentication: { token } });
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle();
  expect(server.types().slice(0, 2)).toEqual(["auth", "bars.subscribe"]);
  await settle(30_000);
  const sent = server.received.filter(({ type }) => type === "auth").map(({ payload }) => payload);
  expect(sent).toEqual([{ token: "token-1" }, { token: "token-2" }]);
  server.cut(1008, "The token has expired");
  expect(client.state).toMatchObject({ phase: "waiting", reason: "1008 The token has expired" });
});

test("a token is offered as a subprotocol, and its expiry is read from the JWT", async () => {
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
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle();
  expect(server.current.protocols).toEqual(["trading-api", `bearer.${first}`]);
  expect(server.types()).toEqual(["bars.subscribe"]);
  await settle(60_000);
  const sent = server.received.filter(({ type }) => type === "auth").map(({ payload }) => payload);
  expect(sent).toEqual([{ token: second }]);
});

test("an unchanged token is requested a few times, and not sent again", async () => {
  client.close();
  const value = "the only one";
  const expiresAt = Date.now() + 60_000;
  let requests = 0;
  const token = async () => {
    requests += 1;
    if (requests === 3) throw new Error("the issuer is unavailable");
    return { value, expiresAt };
  };
  client = clientOf({ authentication: { token } });
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle(90_000);
  expect(requests).toBeGreaterThan(2);
  expect(requests).toBeLessThan(10);
  expect(server.types().filter((type) => type === "auth")).toHaveLength(1);
});

test("without a token there is no connection, and the state has the reason", async () => {
  client.close();
  const token = () => Promise.reject(new Error("signed out"));
  client = clientOf({ authentication: { token } });
  client.subscribe("bars", AAPL, new RecordingListener());
  await settle(0);
  expect(client.state).toMatchObject({ phase: "waiting", reason: "No token: signed out" });
  expect(server.connections).toHaveLength(0);
});
