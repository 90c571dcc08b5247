import { expect } from "vitest";
import { OrderType, type Side } from "../../src/model/broker.ts";
import type { AccountRest } from "../../src/rest-client.ts";
import type { TradingClient } from "../../src/trading-client.ts";
import type { FakeHost } from "./fake-host.ts";
import { until } from "./until.ts";

/** Return a market order of so many hundredths of BTCUSD. The market always fills that much. */
export const marketOrder = (side: Side, hundredths = 1) => ({
  symbol: "BTCUSD",
  type: OrderType.Market,
  side,
  qty: hundredths / 100,
});

export async function quoteOf(
  client: TradingClient,
  symbol: string,
): Promise<{ ask: number; bid: number }> {
  const [quote] = await client.rest.market.quotes([symbol]);
  if (quote?.s !== "ok") throw new Error("no quote");
  return quote.v;
}

/** Return the reported orders with their versions, in the order of the reports. */
export const versionsOf = ({ orders }: FakeHost): string[] =>
  orders.map(({ id, version }) => `${id} ${version}`);

/** Expect the host to receive all executions of the account, in order and once. */
export async function expectAllExecutions(account: AccountRest, host: FakeHost): Promise<void> {
  const executions = await account.recentExecutions(1_000);
  // An order may be filled in parts, and each topic resumes on its own.
  await until(() => host.executions.length >= executions.length);
  expect(host.executions).toEqual(executions);
}
