// The two forms of BrokerTerminalService's constructor, against a real backend.
import { expect, test } from "vitest";
import { BrokerTerminalService } from "../../src/broker-terminal-service.ts";
import { DatafeedService } from "../../src/datafeed-service.ts";
import { ConnectionStatus, Side } from "../../src/model/broker.ts";
import { WsFallback } from "../../src/ws-fallback.ts";
import { FakeHost } from "../support/fake-host.ts";
import { proxiedClient } from "../support/proxied-client.ts";
import { marketOrder } from "../support/trading.ts";
import { until } from "../support/until.ts";

const setup = proxiedClient();

test("a broker on a host and a datafeed trades on the default account", async () => {
  const host = new FakeHost();
  const broker = new BrokerTerminalService(host, setup.client.datafeed);
  expect([broker.currentAccount(), broker.connectionStatus()]).toEqual([
    "",
    ConnectionStatus.Connecting,
  ]);
  // A command before the account is known waits for it.
  const { orderId } = await broker.placeOrder(marketOrder(Side.Buy));
  const { id } = await setup.client.rest.account().info();
  expect([broker.currentAccount(), host.accountsShown]).toEqual([id, 1]);
  await until(() => host.order(orderId) !== undefined);
  await until(() => host.position("BTCUSD")?.qty === 0.01);
  broker.stop();
});

test("a mock replaces the feeds, and can name the account", async () => {
  const host = new FakeHost();
  const equity = { equity: 7, balance: 7, unrealizedPL: 0, realizedPL: 0 };
  const feeds = new WsFallback({
    equity: (_, publish) => {
      publish(equity);
      return () => {};
    },
  });
  const mock = { feeds, accountId: "MOCKED" };
  const broker = new BrokerTerminalService(host, setup.client.datafeed, mock);
  await broker.ready();
  expect(broker.currentAccount()).toBe("MOCKED");
  await until(() => host.equities.length > 0);
  expect(host.equities).toEqual([7]);
  broker.stop();
});

test("a datafeed without a backend needs a mock of it", () => {
  const datafeed = new DatafeedService({
    rest: setup.client.rest.market,
    feeds: new WsFallback(),
  });
  expect(() => new BrokerTerminalService(new FakeHost(), datafeed)).toThrow(TypeError);
});
