import { afterEach, expect, test, vi } from "vitest";
import type { AlertRest } from "../src/rest-alerts.ts";
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
  setKillSwitch: (account, key) => account.setKillSwitch(true, "a test", key),
};

const ALERT = { symbol: "AAPL", price: 200, condition: "up" } as const;

const ALERT_COMMANDS: Record<string, (alerts: AlertRest, key?: string) => Promise<unknown>> = {
  create: (alerts, key) => alerts.create(ALERT, key),
  change: (alerts, key) => alerts.change("alert-1", ALERT, key),
  delete: (alerts, key) => alerts.delete("alert-1", key),
};

test.each(Object.keys(ALERT_COMMANDS))("%s of an alert has a key, or makes one", async (name) => {
  const keys: (string | null)[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    keys.push(request.headers.get("Idempotency-Key"));
    return Response.json({ id: "alert-1", success: true });
  });
  const alerts = new RestClient({ baseUrl: "http://127.0.0.1:1" }).alerts();
  await ALERT_COMMANDS[name]?.(alerts, "k");
  await ALERT_COMMANDS[name]?.(alerts);
  expect(keys[0]).toBe("k");
  expect(keys[1]).toMatch(/^[0-9a-f]{32}$/);
});

test.each(Object.keys(COMMANDS))("the command %s carries its idempotency key", async (name) => {
  const requests: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    requests.push(request);
    return Response.json({ orderId: "order-1", canceled: [], leverage: 5, success: true });
  });
  await COMMANDS[name]?.(new RestClient({ baseUrl: "http://127.0.0.1:1" }).account(), "key-1");
  expect(requests.map((request) => request.headers.get("Idempotency-Key"))).toEqual(["key-1"]);
});
