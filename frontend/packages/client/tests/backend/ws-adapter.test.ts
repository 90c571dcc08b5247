// The feeds of WsAdapter against a real backend.
import { expect, test } from "vitest";
import { SubscriptionError } from "../../src/errors.ts";
import type { FeedName, FeedTypes } from "../../src/feeds.ts";
import { ConnectionStatus } from "../../src/model/broker.ts";
import { proxiedClient } from "../support/proxied-client.ts";
import { until } from "../support/until.ts";

const setup = proxiedClient();

test("every feed sends its state", async () => {
  const { feeds } = setup.client;
  const received: { [F in FeedName]?: FeedTypes[F]["data"] } = {};
  const into = (name: FeedName) => (data: unknown) => {
    Object.assign(received, { [name]: data });
  };
  const accountId = "FEEDS";
  const subscriptions = [
    feeds.bars({ symbol: "BTCUSD", resolution: "1S" }, into("bars")),
    feeds.quotes({ symbols: [], fast_symbols: ["BTCUSD"] }, into("quotes")),
    feeds.trades({ symbol: "BTCUSD" }, into("trades")),
    feeds.orderbook({ symbol: "BTCUSD", depth: 5 }, into("orderbook")),
    feeds.equity({ accountId }, into("equity")),
    feeds.brokerConnection({ accountId }, into("brokerConnection")),
    feeds.orders({ accountId }, into("orders")),
    feeds.positions({ accountId }, into("positions")),
    feeds.executions({ accountId }, into("executions")),
    feeds.executions({ accountId, symbol: "BTCUSD" }, into("executions")),
  ];
  await Promise.all(subscriptions.map(({ confirmed }) => confirmed));
  await until(() => Object.keys(received).length === 6);
  expect(received.brokerConnection?.status).toBe(ConnectionStatus.Connected);
  expect(received.orderbook?.bids).toHaveLength(5);
  expect(received.bars?.close).toBeGreaterThan(0);
  expect(received.trades?.symbol).toBe("BTCUSD");
  expect(received.equity?.equity).toBe(100_000);
});

test("a rejected subscription fails, and the connection stays open", async () => {
  const quiet = () => {};
  const unknown = setup.client.feeds.bars({ symbol: "NOPE", resolution: "1" }, quiet);
  await expect(unknown.confirmed).rejects.toBeInstanceOf(SubscriptionError);
  const malformed = setup.client.feeds.orderbook({ symbol: "AAPL", depth: "5" as never }, quiet);
  await expect(malformed.confirmed).rejects.toMatchObject({ code: "malformed" });
  await setup.client.feeds.bars({ symbol: "AAPL", resolution: "1" }, quiet).confirmed;
});
