// Authentication against a real backend that requires a token.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authentication, authMessage, bearerProtocols } from "../../src/authentication.ts";
import { NotConnectedError } from "../../src/errors.ts";
import { OrderStatus, OrderType, Side } from "../../src/model/broker.ts";
import { TradingClient } from "../../src/trading-client.ts";
import { Backend } from "../support/backend.ts";
import { developmentToken, expiringToken } from "../support/development-token.ts";
import { FakeHost } from "../support/fake-host.ts";
import { until } from "../support/until.ts";

const SECRET = "a secret for the tests, of 32 bytes and more";
const ORDER = { symbol: "BTCUSD", type: OrderType.Market, side: Side.Buy, qty: 0.01 };
/** The validity of a token that expires soon. Half of it is enough to refresh it on a busy machine. */
const VALIDITY_MS = 6_000;

let backend: Backend;
let good: string;
const clients: TradingClient[] = [];

beforeAll(async () => {
  const settings = { AUTH_MODE: "secret", AUTH_SECRET: SECRET };
  [backend, good] = await Promise.all([Backend.start(settings), developmentToken(SECRET)]);
});

afterAll(async () => {
  for (const client of clients) client.close();
  await backend?.stop();
});

function clientWith(authentication?: Authentication): TradingClient {
  const client = new TradingClient({
    baseUrl: backend.address,
    ...(authentication && { authentication }),
    socket: { backoff: { baseMs: 50, maxMs: 200 } },
  });
  clients.push(client);
  return client;
}

async function trades(client: TradingClient): Promise<void> {
  const host = new FakeHost();
  const broker = await client.broker(host);
  await broker.ready();
  const { orderId } = await broker.placeOrder(ORDER);
  await until(() => host.order(orderId)?.status === OrderStatus.Filled);
  broker.stop();
}

/** Count the connections and record why they ended. */
function recordConnections(client: TradingClient): { connections: number; reasons: string[] } {
  const seen = { connections: 0, reasons: [] as string[] };
  client.socket.onState((state) => {
    if (state.phase === "connected") seen.connections += 1;
    if (state.phase === "waiting") seen.reasons.push(state.reason);
  });
  return seen;
}

test("the auth message has the shape of asyncapi.json", () => {
  const path = new URL("../../../../../asyncapi.json", import.meta.url);
  const { messages, schemas } = JSON.parse(readFileSync(path, "utf8")).components;
  const { type, payload } = messages.auth.payload.properties;
  const message = authMessage("a.b.c");
  expect(message.type).toBe(type.const);
  const schema = schemas[payload.$ref.split("/").at(-1)];
  expect(Object.keys(message.payload)).toEqual(schema.required);
  expect(Object.keys(message)).toEqual(messages.auth.payload.required);
});

test.each([
  ["by the first message", {}],
  ["by subprotocol", { protocols: bearerProtocols }],
])("a token %s gives access to its own account only", async (_, way) => {
  const client = clientWith({ token: async () => ({ value: good }), ...way });
  await trades(client);
  const foreign = client.feeds.orders({ accountId: "FOREIGN" }, () => {});
  await expect(foreign.confirmed).rejects.toMatchObject({ code: "rejected" });
  const request = client.rest.account("FOREIGN").orders();
  await expect(request).rejects.toMatchObject({ status: 404, code: "unknown_account" });
});

test.each<[string, Authentication | undefined, number]>([
  ["without a token", undefined, 1008],
  ["with a bad token", { token: async () => ({ value: `${good}x` }) }, 1008],
  [
    "with a bad subprotocol",
    { token: async () => ({ value: "x" }), protocols: bearerProtocols },
    1006,
  ],
])("%s nothing is sent, and the state has the reason", async (_, authentication, code) => {
  const client = clientWith(authentication);
  const seen = recordConnections(client);
  const received: unknown[] = [];
  client.feeds.quotes(
    { symbols: [], fast_symbols: ["BTCUSD"] },
    { onData: (quote) => received.push(quote) },
  );
  await until(() => seen.reasons.some((reason) => reason.startsWith(String(code))));
  await expect(client.rest.market.time()).rejects.toMatchObject({ status: 401 });
  expect(received).toEqual([]);
  client.close();
});

test.concurrent.each([
  ["by the first message", {}],
  ["by subprotocol", { protocols: bearerProtocols }],
])("a token %s is refreshed before it expires, and the connection stays", async (_, way) => {
  const expiresAt = Date.now() + VALIDITY_MS;
  const given = [{ value: expiringToken(good, SECRET, VALIDITY_MS), expiresAt }];
  const client = clientWith({ token: async () => given.shift() ?? { value: good }, ...way });
  const seen = recordConnections(client);
  let quotes = 0;
  client.feeds.quotes({ symbols: [], fast_symbols: ["BTCUSD"] }, () => {
    quotes += 1;
  });
  await until(() => Date.now() > expiresAt + 500);
  const before = quotes;
  await until(() => quotes > before);
  expect(seen).toEqual({ connections: 1, reasons: [] });
});

test.concurrent("an expired token ends the connection, and a fresh one restores it", async () => {
  let value = expiringToken(good, SECRET, 2_000);
  // Without `expiresAt`, as from an issuer that returns the same token until it expires.
  const client = clientWith({ token: async () => ({ value }) });
  const host = new FakeHost();
  const broker = await client.broker(host);
  const seen = recordConnections(client);
  await broker.ready();
  await until(() => seen.reasons.length > 0);
  expect(seen.reasons[0]).toMatch(/^1008 .*token has expired/i);
  await expect(broker.placeOrder(ORDER)).rejects.toBeInstanceOf(NotConnectedError);
  value = good;
  await until(() => client.socket.state.phase === "connected");
  await broker.ready();
  const { orderId } = await broker.placeOrder(ORDER);
  await until(() => host.order(orderId)?.status === OrderStatus.Filled);
  // The history of executions may still be loading when the order's update arrives.
  await until(() => host.executions.length > 0);
  expect(host.executions).toHaveLength(1);
});
