// Commands over the socket, against a fake server.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CommandTransport } from "../src/command-transport.ts";
import { ApiError, NotConnectedError } from "../src/errors.ts";
import { RestClient } from "../src/rest-client.ts";
import { SocketClient } from "../src/socket-client.ts";
import { createSocketCommands } from "../src/socket-commands.ts";
import type { SocketOptions } from "../src/socket-options.ts";
import { FakeServer } from "./support/fake-server.ts";
import { RecordingListener } from "./support/recording-listener.ts";

let server: FakeServer;
let client: SocketClient;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
});

afterEach(() => {
  client.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const settle = (ms = 20) => vi.advanceTimersByTimeAsync(ms);
const ORDER = { symbol: "AAPL", type: 2, side: 1, qty: 1 } as const;

async function connect(options: Partial<SocketOptions> = {}) {
  client = new SocketClient({
    url: "ws://test/api/v1/ws",
    WebSocket: server.WebSocket,
    random: () => 1,
    ...options,
  });
  client.subscribe("orders", { accountId: "A" }, new RecordingListener());
  await settle();
  return createSocketCommands(client.commands, "A");
}

const commandsReceived = () => server.received.filter(({ payload }) => "id" in payload);

test("each command is one message with the account, its key and its own id", async () => {
  const commands = await connect();
  const order = { ...ORDER, nonsense: 1 };
  const done = Promise.all([
    commands.place(order, "k-1"),
    commands.modify("order-9", ORDER, "k-2"),
    commands.cancel("order-9", "k-3"),
    commands.close("AAPL", undefined, "k-4"),
    commands.close("AAPL", 2, "k-5"),
    commands.reverse("AAPL", "k-6"),
    commands.editBrackets("AAPL", { takeProfit: 0 }, "k-7"),
  ]);
  await settle();
  expect((await done)[0]).toEqual({ orderId: "order-1" });
  const common = (id: number) => ({ id, accountId: "A", key: `k-${id}` });
  expect(commandsReceived()).toEqual([
    { type: "orders.place", payload: { ...common(1), order: ORDER } },
    { type: "orders.modify", payload: { ...common(2), orderId: "order-9", order: ORDER } },
    { type: "orders.cancel", payload: { ...common(3), orderId: "order-9" } },
    { type: "positions.close", payload: { ...common(4), positionId: "AAPL" } },
    { type: "positions.close", payload: { ...common(5), positionId: "AAPL", amount: 2 } },
    { type: "positions.reverse", payload: { ...common(6), positionId: "AAPL" } },
    {
      type: "positions.brackets",
      payload: { ...common(7), positionId: "AAPL", brackets: { takeProfit: 0 } },
    },
  ]);
});

test("the results of a reply are those of REST, and a preview has no key", async () => {
  const commands = await connect();
  const preview = { sections: [], warnings: null };
  server.execute = ({ type }) => ({
    status: "ok",
    message: "",
    ...(type === "orders.preview" && { preview }),
    ...(type === "orders.cancel-many" && { canceled: ["order-1"] }),
    ...(type === "leverage.set" && { leverage: 5 }),
  });
  const leverage = { symbol: "AAPL", orderType: 2, side: 1, leverage: 5 } as const;
  const done = Promise.all([
    commands.preview(ORDER, "order-9"),
    commands.cancelMany(["order-1"], "k-2"),
    commands.setLeverage(leverage, "k-3"),
  ]);
  await settle();
  expect(await done).toEqual([{ sections: [] }, ["order-1"], { leverage: 5 }]);
  const payload = { id: 1, accountId: "A", order: ORDER, orderId: "order-9" };
  expect(commandsReceived()[0]).toEqual({ type: "orders.preview", payload });
});

test("replies are matched by id, in any order", async () => {
  const commands = await connect();
  server.execute = () => undefined;
  const results = Promise.all([commands.place(ORDER, "1"), commands.place(ORDER, "2")]);
  await settle();
  for (const id of [2, 1]) {
    const payload = { status: "ok", id, message: "", orderId: `order-${id}` };
    server.current.deliver({ type: "orders.place.response", payload });
  }
  await settle();
  expect(await results).toEqual([{ orderId: "order-1" }, { orderId: "order-2" }]);
});

test.each([
  ["insufficient_margin", 409, null],
  ["price_off_tick", 422, null],
  ["order_not_found", 404, null],
  ["ledger_full", 503, null],
  ["too_many_requests", 429, 1],
])("an error reply %s is REST's ApiError", async (code, status, retryAfterS) => {
  const commands = await connect();
  const retryAfter = retryAfterS === null ? {} : { retryAfter: retryAfterS };
  server.execute = () => ({ status: "error", message: "No.", code, ...retryAfter });
  const error = commands.place(ORDER, "1").catch((reason) => reason);
  await settle();
  expect(await error).toBeInstanceOf(ApiError);
  expect(await error).toMatchObject({ status, code, message: "No.", retryAfterS });
});

test("a command whose connection ends before the reply was sent, and one after it was not", async () => {
  const commands = await connect();
  server.execute = () => undefined;
  const lost = commands.place(ORDER, "1").catch((reason) => reason);
  await settle();
  server.cut();
  expect(await lost).toBeInstanceOf(NotConnectedError);
  expect(await lost).toMatchObject({ wasSent: true });
  await expect(commands.place(ORDER, "2")).rejects.toMatchObject({ wasSent: false });
});

test("an unanswered command ends the connection", async () => {
  const commands = await connect({ replyTimeoutMs: 1_000 });
  server.execute = () => undefined;
  const lost = commands.place(ORDER, "1").catch((reason) => reason);
  await settle(900);
  expect(client.state.phase).toBe("connected");
  await settle(200);
  expect(client.state.phase).toBe("waiting");
  expect(await lost).toMatchObject({ wasSent: true });
});

test("at most 64 commands are in flight, and the others follow in order", async () => {
  const commands = await connect();
  server.execute = () => undefined;
  const done = Promise.all(
    Array.from({ length: 70 }, (_, index) => commands.cancel(`order-${index}`, String(index))),
  );
  await settle();
  expect(commandsReceived()).toHaveLength(64);
  for (let id = 1; id <= 64; id += 1) {
    const payload = { status: "ok", id, message: "" };
    server.current.deliver({ type: "orders.cancel.response", payload });
  }
  server.execute = () => ({ status: "ok", message: "" });
  await settle();
  await done;
  const sent = commandsReceived().map(({ payload }) => payload.orderId);
  expect(sent).toEqual(Array.from({ length: 70 }, (_, index) => `order-${index}`));
});

test("a burst stays below the messages that the server allows", async () => {
  const commands = await connect();
  const done = Array.from({ length: 3_000 }, (_, index) => commands.cancel("1", String(index)));
  await settle(1_000);
  expect(commandsReceived().length).toBeLessThan(2_000);
  await settle(20_000);
  await Promise.all(done);
});

test("the connection stays open while a command is in flight", async () => {
  client = new SocketClient({
    url: "ws://test/api/v1/ws",
    WebSocket: server.WebSocket,
    idleTimeoutMs: 100,
  });
  const only = client.subscribe("orders", { accountId: "A" }, new RecordingListener());
  await settle();
  server.execute = () => undefined;
  const placing = createSocketCommands(client.commands, "A").place(ORDER, "1");
  only.unsubscribe();
  await settle(500);
  const payload = { status: "ok", id: 1, message: "", orderId: "order-1" };
  server.current.deliver({ type: "orders.place.response", payload });
  await settle();
  expect(await placing).toEqual({ orderId: "order-1" });
  await settle(200);
  expect(client.state.phase).toBe("idle");
});

// The choice between the socket and REST

const place = (transport: CommandTransport) =>
  transport.run("A", (commands) => commands.place(ORDER, "k"));

function transportWithRest() {
  const sent: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(`${new URL(request.url).pathname} ${request.headers.get("Idempotency-Key")}`);
    const isPreview = request.url.includes("preview");
    return Response.json(isPreview ? { sections: [] } : { orderId: "by-rest" });
  });
  const rest = new RestClient({ baseUrl: "http://127.0.0.1:1" });
  return { sent, transport: new CommandTransport(rest, client) };
}

test("a command uses the socket while it is connected, and REST otherwise", async () => {
  await connect();
  const { sent, transport } = transportWithRest();
  const overSocket = place(transport);
  await settle();
  expect(await overSocket).toEqual({ orderId: "order-1" });
  expect(sent).toEqual([]);
  server.isUp = false;
  server.cut();
  expect(await place(transport)).toEqual({ orderId: "by-rest" });
  expect(sent).toEqual(["/api/v1/broker/orders k"]);
});

test("a setting sends all commands over REST", async () => {
  await connect({ commands: false });
  const { transport } = transportWithRest();
  expect(await place(transport)).toEqual({ orderId: "by-rest" });
  expect(commandsReceived()).toEqual([]);
});

test("a server that does not know commands gets them over REST from then on", async () => {
  await connect();
  const { transport } = transportWithRest();
  server.execute = () => {
    server.cut(1003, "No matching type");
    return undefined;
  };
  const listener = new RecordingListener();
  const first = place(transport).catch((reason) => reason);
  client.subscribe("bars", { symbol: "AAPL", resolution: "1" }, listener);
  await settle();
  expect(await first).toBeInstanceOf(NotConnectedError);
  await settle(1_000);
  expect(client.state.phase).toBe("connected");
  expect(listener.failures).toEqual([]);
  expect(await place(transport)).toEqual({ orderId: "by-rest" });
});

test("a preview whose reply is lost is asked for over REST", async () => {
  await connect();
  const { sent, transport } = transportWithRest();
  server.execute = () => undefined;
  const preview = transport.query("A", (commands) => commands.preview(ORDER));
  await settle();
  server.cut();
  expect(await preview).toEqual({ sections: [] });
  expect(sent).toEqual(["/api/v1/broker/orders/preview null"]);
});
