// The rejections of commands over the socket and over REST, against a real backend. Its market does
// not move, because a rejection may state the margin at the present prices.
import { expect, test } from "vitest";
import type { AccountCommands } from "../../src/account-commands.ts";
import { ApiError } from "../../src/errors.ts";
import { OrderType, Side } from "../../src/model/broker.ts";
import { createSocketCommands } from "../../src/socket-commands.ts";
import { proxiedClient } from "../support/proxied-client.ts";
import { marketOrder } from "../support/trading.ts";

const setup = proxiedClient("standing");

const buy = () => marketOrder(Side.Buy);
const LEVERAGE = { symbol: "BTCUSD", orderType: OrderType.Market, side: Side.Buy };

type Run = (commands: AccountCommands, key: string) => Promise<unknown>;

const REJECTED: Record<string, Run> = {
  "an unknown symbol": (to, key) => to.place({ ...buy(), symbol: "NOPE" }, key),
  "a quantity off the grid": (to, key) => to.place({ ...buy(), qty: 0.00000001 }, key),
  "a quantity that is not positive": (to, key) => to.place({ ...buy(), qty: 0 }, key),
  "no margin": (to, key) => to.place({ ...buy(), qty: 1_000 }, key),
  "no limit price": (to, key) => to.place({ ...buy(), type: OrderType.Limit }, key),
  "an unsupported duration": (to, key) => to.place({ ...buy(), duration: { type: "ABC" } }, key),
  "a guaranteed stop": (to, key) => to.place({ ...buy(), guaranteedStop: 1 }, key),
  "a malformed order": (to, key) => to.place({ ...buy(), side: 7 as never }, key),
  "an order that does not exist": (to, key) => to.cancel("order-99", key),
  "a change of an order that does not exist": (to, key) => to.modify("order-99", buy(), key),
  "orders that do not exist": (to, key) => to.cancelMany(["order-99"], key),
  "a position that does not exist": (to, key) => to.close("AAPL", undefined, key),
  "a part of a position that does not exist": (to, key) => to.close("AAPL", 1, key),
  "a position of an unknown symbol": (to, key) => to.reverse("NOPE", key),
  "brackets of no position": (to, key) => to.editBrackets("AAPL", { takeProfit: 1 }, key),
  "too much leverage": (to, key) => to.setLeverage({ ...LEVERAGE, leverage: 5_000 }, key),
  "leverage of an unknown symbol": (to, key) =>
    to.setLeverage({ ...LEVERAGE, symbol: "NOPE", leverage: 5 }, key),
  "a preview of an unknown symbol": (to) => to.preview({ ...buy(), symbol: "NOPE" }),
  "a preview of a change of no order": (to) => to.preview(buy(), "order-99"),
};

const outcome = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    (result) => ({ result }),
    (error) => {
      if (!(error instanceof ApiError)) throw error;
      const { status, code, message, retryAfterS } = error;
      return { status, code, message, retryAfterS };
    },
  );

test.each(Object.keys(REJECTED))("%s has the same outcome both ways", async (name) => {
  const { client } = setup;
  await client.feeds.orders({ accountId: "REJECTED" }, () => {}).confirmed;
  const overRest = client.rest.account("REJECTED");
  const overSocket = createSocketCommands(client.socket.commands, "REJECTED");
  const run = REJECTED[name] as Run;
  const expected = await outcome(run(overRest, `rest ${name}`));
  expect(await outcome(run(overSocket, `socket ${name}`))).toEqual(expected);
  expect(client.socket.state.phase).toBe("connected");
});
