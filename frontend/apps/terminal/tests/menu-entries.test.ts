import { OrderType, type PreOrder, Side } from "@trading-api/client";
import { beforeEach, expect, test } from "vitest";
import type { AppStore } from "../src/app-store.ts";
import { menuGroups } from "../src/chart/lines/menu-entries.ts";
import { texts } from "../src/texts/texts.ts";

const place = { symbol: "AAPL", price: 98, decimals: 2, last: 100 };
const allowedOrderTypes = [OrderType.Limit, OrderType.Stop];

let sent: PreOrder[];
let symbol: string;
let instrument: object | null;

beforeEach(() => {
  sent = [];
  symbol = "AAPL";
  instrument = { allowedOrderTypes };
});

/** Return the entries of orders in the menu. */
function orderEntries() {
  const app = {
    market: { quote: () => ({ bid: 99, ask: 101 }) },
    symbol: () => symbol,
    isOneClick: () => true,
    account: { supports: () => false },
    alerts: { isAvailable: false },
    ticket: {
      instrument,
      order: null,
      fields: { side: Side.Buy, type: OrderType.Market, qty: "7", duration: "GTC" },
    },
    runCommand: async (_target: string, _title: string, _run: object, options: object) => {
      sent.push((options as { order: PreOrder }).order);
      return false;
    },
  };
  return menuGroups(app as unknown as AppStore, place)[0] ?? [];
}

const labels = () => orderEntries().map(({ label }) => label);

test("an order of each side waits at the price", () => {
  expect(labels()).toEqual(["Buy 7 AAPL limit 98.00", "Sell 7 AAPL stop 98.00"]);
});

test("there is no order until the instrument of the chart's symbol is known", () => {
  const loading = [texts.lines.noInstrument("AAPL")];
  instrument = null;
  expect(labels()).toEqual(loading);
  instrument = { allowedOrderTypes };
  symbol = "MSFT";
  expect(labels()).toEqual(loading);
  expect(orderEntries()[0]?.isDisabled).toBe(true);
});
