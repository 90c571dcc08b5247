// A client while its backend is killed and started again.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BrokerTerminalService } from "../../src/broker-terminal-service.ts";
import { ConnectionStatus, OrderType, Side } from "../../src/model/broker.ts";
import type { AccountRest } from "../../src/rest-client.ts";
import { TradingClient } from "../../src/trading-client.ts";
import { Backend } from "../support/backend.ts";
import { expectToEqualHistory, readHistory, SYMBOL } from "../support/bar-history.ts";
import { FakeChart } from "../support/fake-chart.ts";
import { FakeHost } from "../support/fake-host.ts";
import { expectAllExecutions, marketOrder, quoteOf, versionsOf } from "../support/trading.ts";
import { until } from "../support/until.ts";

let server: Backend;
let accounts = 0;

beforeAll(async () => {
  server = await Backend.start();
});

afterAll(() => server.stop());

interface TradedAccount {
  trader: TradingClient;
  host: FakeHost;
  broker: BrokerTerminalService;
  account: AccountRest;
}

/** Run a test on an account that has a position of 0.02 and a resting order. */
async function withTradedAccount(
  run: (killed: TradedAccount, orderId: string) => Promise<void>,
): Promise<void> {
  accounts += 1;
  const id = `KILLED-${accounts}`;
  const trader = new TradingClient({ baseUrl: server.address });
  try {
    const host = new FakeHost();
    const broker = await trader.broker(host, id);
    await broker.ready();
    await broker.placeOrder(marketOrder(Side.Buy, 2));
    await until(() => host.position("BTCUSD")?.qty === 0.02);
    const { bid } = await quoteOf(trader, "BTCUSD");
    const limitPrice = Math.round(bid * 0.8);
    const resting = { ...marketOrder(Side.Buy), type: OrderType.Limit, limitPrice };
    const { orderId } = await broker.placeOrder(resting);
    await until(() => host.liveOrders().includes(orderId));
    await run({ trader, host, broker, account: trader.rest.account(id) }, orderId);
  } finally {
    trader.close();
  }
}

test("after a killed server restarts, the client has lost and repeated nothing", () =>
  withTradedAccount(async ({ trader, host, broker, account }, orderId) => {
    const begin = Math.floor(Date.now() / 1_000);
    const { bars } = await readHistory(trader, "1S", begin - 60, begin + 60, 60);
    const chart = new FakeChart(bars);
    const resets: string[] = [];
    trader.datafeed.subscribeBars(SYMBOL, "1S", chart.update, "chart", () => resets.push("reset"));
    // A backfill that the kill interrupts may run out of attempts before the server is back.
    const loaded = chart.last.time;
    await until(() => chart.last.time > loaded);

    await server.kill();
    await until(() => trader.socket.state.phase === "waiting");
    await server.restart();

    const restarted = Date.now() + 1_000;
    await until(() => chart.last.time > restarted);
    await expectToEqualHistory(trader, chart);
    expect(resets).toEqual([]);
    await until(() => broker.connectionStatus() === ConnectionStatus.Connected);
    expect(host.liveOrders()).toEqual([orderId]);
    expect(host.openPositions()).toEqual(["BTCUSD"]);
    await broker.placeOrder(marketOrder(Side.Buy));
    await until(() => host.position("BTCUSD")?.qty === 0.03);
    await expectAllExecutions(account, host);
    expect(versionsOf(host)).toEqual([...new Set(versionsOf(host))]);
  }));

test("a command in flight while the server is killed is executed at most once", () =>
  withTradedAccount(async ({ host, broker, account }) => {
    const placing = broker.placeOrder(marketOrder(Side.Sell)).then(
      () => true,
      (error) => {
        // A machine so busy that the server was away for longer than a command waits.
        expect(error).toMatchObject({ wasSent: true });
        return false;
      },
    );
    // So that the command is under way, or done and not answered, or neither.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    await server.kill();
    await server.restart();
    const isDone = await placing;
    const sold = (await account.ordersHistory()).filter(({ side }) => side === Side.Sell);
    expect(sold.length).toBeLessThanOrEqual(1);
    if (isDone) expect(sold).toHaveLength(1);
    await until(() => host.position("BTCUSD")?.qty === (sold.length > 0 ? 0.01 : 0.02));
    await expectAllExecutions(account, host);
  }));
