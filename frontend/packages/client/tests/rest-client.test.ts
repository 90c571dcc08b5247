import { afterEach, expect, test, vi } from "vitest";
import { type AccountRest, RestClient } from "../src/rest-client.ts";

afterEach(() => vi.unstubAllGlobals());

const ORDER = { symbol: "AAPL", type: 2, side: 1, qty: 1 } as const;
const LEVERAGE = { symbol: "AAPL", orderType: 2, side: 1, leverage: 5 } as const;

const COMMANDS: Record<string, (account: AccountRest, key: string) => Promise<unknown>> = {
  place: (account, key) => account.place(ORDER, key),
  modify: (account, key) => account.modify("order-1", ORDER, key),
  cancel: (account, key) => account.cancel("order-1", key),
  cancelMany: (account, key) => account.cancelMany(["order-1"], key),
  close: (account, key) => account.close("AAPL", 1, key),
  reverse: (account, key) => account.reverse("AAPL", key),
  editBrackets: (account, key) => account.editBrackets("AAPL", { takeProfit: 100 }, key),
  setLeverage: (account, key) => account.setLeverage(LEVERAGE, key),
};

test.each(Object.keys(COMMANDS))("the command %s carries its idempotency key", async (name) => {
  const requests: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    requests.push(request);
    return Response.json({ orderId: "order-1", canceled: [], leverage: 5, success: true });
  });
  await COMMANDS[name]?.(new RestClient({ baseUrl: "http://127.0.0.1:1" }).account(), "key-1");
  expect(requests.map((request) => request.headers.get("Idempotency-Key"))).toEqual(["key-1"]);
});
