// The commands over the socket and over REST, against a real backend.
import { expect, test } from "vitest";
import { NotConnectedError } from "../../src/errors.ts";
import { type Order, OrderStatus, OrderType, Side } from "../../src/model/broker.ts";
import { createSocketCommands } from "../../src/socket-commands.ts";
import { FakeHost } from "../support/fake-host.ts";
import { proxiedClient } from "../support/proxied-client.ts";
import { marketOrder, quoteOf } from "../support/trading.ts";
import { until } from "../support/until.ts";

const setup = proxiedClient();
let accounts = 0;

/** Return the commands of a new account over the socket and over REST. */
async function openAccount(id = `COMMANDS-${++accounts}`) {
  const updates: Order[] = [];
  const orders = setup.client.feeds.orders({ accountId: id }, (order) => updates.push(order));
  await orders.confirmed;
  const overSocket = createSocketCommands(setup.client.socket.commands, id);
  return { id, updates, overSocket, overRest: setup.client.rest.account(id) };
}

const buy = (hundredths = 1) => marketOrder(Side.Buy, hundredths);
const LEVERAGE = { symbol: "BTCUSD", orderType: OrderType.Market, side: Side.Buy };

test.each(["", "k".repeat(256)])(
  "a key that is not valid has the same code both ways",
  async (key) => {
    const { overSocket, overRest } = await openAccount();
    for (const commands of [overSocket, overRest]) {
      const rejected = commands.place(buy(), key);
      await expect(rejected).rejects.toMatchObject({ status: 422, code: "invalid_request" });
    }
  },
);

test("a command that is sent one way and repeated the other way is one command", async () => {
  const { id, overSocket, overRest } = await openAccount();
  const first = await overSocket.place(buy(), "one");
  expect(await overRest.place(buy(), "one")).toEqual(first);
  const second = await overRest.place(buy(), "two");
  expect(await overSocket.place(buy(), "two")).toEqual(second);
  const other = overSocket.place(buy(2), "one");
  await expect(other).rejects.toMatchObject({ status: 409, code: "idempotency_key_reused" });
  expect(await setup.direct.rest.account(id).orders()).toHaveLength(2);
});

test("every command works over the socket", async () => {
  const { id, overSocket } = await openAccount();
  const { bid } = await quoteOf(setup.direct, "BTCUSD");
  const limitPrice = Math.round(bid * 0.8);
  const limit = { ...buy(), type: OrderType.Limit, limitPrice };
  const account = setup.direct.rest.account(id);
  const [one, two] = [await overSocket.place(limit, "1"), await overSocket.place(limit, "2")];
  await overSocket.modify(one.orderId, { ...limit, limitPrice: limitPrice + 1 }, "3");
  expect((await account.order(one.orderId)).limitPrice).toBe(limitPrice + 1);
  await overSocket.cancel(one.orderId, "4");
  expect(await overSocket.cancelMany([two.orderId], "5")).toEqual([two.orderId]);
  await overSocket.place(buy(3), "6");
  await until(async () => (await account.positions())[0]?.qty === 0.03);
  await overSocket.editBrackets("BTCUSD", { stopLoss: limitPrice }, "7");
  expect((await account.positions())[0]).toMatchObject({ stopLoss: limitPrice });
  await overSocket.close("BTCUSD", 0.01, "8");
  await until(async () => (await account.positions())[0]?.qty === 0.02);
  await overSocket.reverse("BTCUSD", "9");
  await until(async () => (await account.positions())[0]?.side === Side.Sell);
  expect((await overSocket.preview(buy())).sections.length).toBeGreaterThan(0);
  expect(await overSocket.setLeverage({ ...LEVERAGE, leverage: 7 }, "10")).toEqual({ leverage: 7 });
  expect(await account.leverage(LEVERAGE)).toMatchObject({ leverage: 7 });
});

test("many commands are in flight, keep their order, and their updates precede their replies", async () => {
  const { overSocket, updates } = await openAccount();
  const { bid } = await quoteOf(setup.direct, "BTCUSD");
  const limit = { ...buy(), type: OrderType.Limit, limitPrice: Math.round(bid * 0.5) };
  const numberOf = (orderId: string) => Number(/\d+/.exec(orderId)?.[0]);
  const placed = await Promise.all(
    Array.from({ length: 150 }, async (_, index) => {
      const { orderId } = await overSocket.place(limit, `many ${index}`);
      return { orderId, wasReported: updates.some(({ id }) => id === orderId) };
    }),
  );
  const numbers = placed.map(({ orderId }) => numberOf(orderId));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(placed.every(({ wasReported }) => wasReported)).toBe(true);
});

test("the broker's commands use the socket, and no request", async () => {
  const host = new FakeHost();
  const broker = await setup.client.broker(host, `COMMANDS-${++accounts}`);
  await broker.ready();
  const { socket } = setup.client;
  const requests: string[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = (input, options) => {
    requests.push((input as Request).method);
    return fetch(input, options);
  };
  try {
    await broker.placeOrder(buy());
    await broker.previewOrder(buy());
    await broker.closePosition("BTCUSD");
  } finally {
    globalThis.fetch = fetch;
  }
  expect(requests).toEqual([]);
  expect(socket.commands.isIdle).toBe(true);
});

test("a command that is kept during an outage is sent once the account is known again", async () => {
  const host = new FakeHost();
  const id = `COMMANDS-${++accounts}`;
  const broker = await setup.client.broker(host, id, { whileDisconnected: "keep" });
  await broker.placeOrder(buy());
  await until(() => host.position("BTCUSD")?.qty === 0.01);
  setup.proxy.cut();
  await until(() => setup.client.socket.state.phase === "waiting");
  const kept = broker.placeOrder(buy(2));
  const account = setup.direct.rest.account(id);
  await account.place(buy(5), "during the outage");
  expect(await account.orders()).toHaveLength(2);
  setup.proxy.restore();
  const { orderId } = await kept;
  await until(() => host.order(orderId)?.status === OrderStatus.Filled);
  await until(() => host.position("BTCUSD")?.qty === 0.08);
});

test("a kept command rejects after its limit, and is not sent late", async () => {
  const id = `COMMANDS-${++accounts}`;
  const policy = { whileDisconnected: "keep", timeLimitMs: 300 } as const;
  const broker = await setup.client.broker(new FakeHost(), id, policy);
  await broker.ready();
  setup.proxy.cut();
  await until(() => setup.client.socket.state.phase === "waiting");
  const kept = broker.placeOrder(buy());
  await expect(kept).rejects.toBeInstanceOf(NotConnectedError);
  await expect(kept).rejects.toMatchObject({ wasSent: false });
  setup.proxy.restore();
  await until(() => setup.client.socket.state.phase === "connected");
  await setup.client.socket.synchronized();
  expect(await setup.direct.rest.account(id).orders()).toEqual([]);
});
