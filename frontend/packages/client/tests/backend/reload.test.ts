// A page that is loaded again, against a real backend.
import { expect, inject, test } from "vitest";
import { OrderStatus, OrderType, Side } from "../../src/model/broker.ts";
import type { ResumeStorage } from "../../src/resume-storage.ts";
import { TradingClient } from "../../src/trading-client.ts";
import { FakeHost } from "../support/fake-host.ts";
import { marketOrder, quoteOf } from "../support/trading.ts";
import { until } from "../support/until.ts";

test("what happened during a reload is reported after it, and nothing twice", async () => {
  let text: string | null = null;
  const written = Promise.withResolvers<void>();
  const storage: ResumeStorage = {
    read: () => text,
    write: (given) => {
      text = given;
      if (given.includes("positions:") && given.includes("order-")) written.resolve();
    },
    remove: () => {},
  };
  const open = () =>
    new TradingClient({ baseUrl: inject("simulated").address, resume: { storage } });
  const first = open();
  const host = new FakeHost();
  const broker = await first.broker(host, "RELOADED");
  const { bid } = await quoteOf(first, "BTCUSD");
  const limit = { type: OrderType.Limit, limitPrice: Math.round(bid / 2) };
  const { orderId } = await broker.placeOrder({ ...marketOrder(Side.Buy), ...limit });
  await broker.placeOrder(marketOrder(Side.Buy));
  await until(() => host.position("BTCUSD")?.qty === 0.01);
  await written.promise;
  first.close();

  const account = first.rest.account("RELOADED");
  await account.cancel(orderId, "cancel");
  await account.close("BTCUSD", undefined, "close");

  const second = open();
  const loaded = new FakeHost();
  const reconnections: string[] = [];
  const executions = second.feeds.executions({ accountId: "RELOADED" }, () => {});
  second.feeds.orders(
    { accountId: "RELOADED" },
    { onData: () => {}, onReconnected: (how) => reconnections.push(how) },
  );
  await second.broker(loaded, "RELOADED");
  await executions.confirmed;
  await until(() => loaded.order(orderId)?.status === OrderStatus.Canceled);
  await until(() => loaded.position("BTCUSD")?.qty === 0);
  await until(() => loaded.executions.length === 1);
  expect(loaded.executions[0]).toMatchObject({ side: Side.Sell, qty: 0.01 });
  expect(reconnections).toEqual([]);
  second.close();
});
