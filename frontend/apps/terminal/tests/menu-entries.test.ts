import { OrderType, type PreOrder, Side } from "@trading-api/client";
import { beforeEach, expect, test } from "vitest";
import type { AppStore } from "../src/app-store.ts";
import { menuGroups } from "../src/chart/lines/menu-entries.ts";
import { lines } from "../src/texts/lines.ts";

const place = { symbol: "AAPL", price: 98, decimals: 2, last: 100 };
const allowedOrderTypes = [OrderType.Limit, OrderType.Stop];

let sent: PreOrder[];
let symbol: string;
let instrument: object | null;
let fields: object;
let position: object | undefined;
let quantityAt: (side: Side, price: number) => number | null;

beforeEach(() => {
  sent = [];
  symbol = "AAPL";
  instrument = { allowedOrderTypes };
  fields = {};
  position = undefined;
  quantityAt = () => 7;
});

/** Return the entries of orders in the menu. */
function orderEntries() {
  const app = {
    market: { quote: () => ({ bid: 99, ask: 101 }) },
    symbol: () => symbol,
    isOneClick: () => true,
    account: { supports: () => false, position: () => position },
    alerts: { isAvailable: false },
    ticket: {
      instrument,
      quantityAt: (side: Side, price: number) => quantityAt(side, price),
      fields: { side: Side.Buy, type: OrderType.Market, duration: "GTC", ...fields },
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
  const loading = [lines.noInstrument("AAPL")];
  instrument = null;
  expect(labels()).toEqual(loading);
  instrument = { allowedOrderTypes };
  symbol = "MSFT";
  expect(labels()).toEqual(loading);
  expect(orderEntries()[0]?.isDisabled).toBe(true);
});

test("the quantity is that of the entry's side and price", () => {
  quantityAt = (side, price) => (side === Side.Buy ? price : null);
  expect(labels()).toEqual(["Buy 98 AAPL limit 98.00"]);
  quantityAt = () => null;
  expect(labels()).toEqual([lines.noQuantity]);
});

test("an order that is sized by its risk is placed from the ticket only", () => {
  fields = { sizeMode: "risk", hasBrackets: true };
  expect(labels()).toEqual([lines.noRisk]);
  expect(orderEntries()[0]?.isDisabled).toBe(true);
});

test("an entry says that the brackets of the ticket are not placed", () => {
  fields = { hasBrackets: true };
  expect(labels()[0]).toBe("Buy 7 AAPL limit 98.00, without take profit and stop loss");
});

test("with reduce-only, the side that reduces the position is offered and never opens one", () => {
  fields = { isReduceOnly: true, hasBrackets: true };
  position = { side: Side.Buy };
  const entries = orderEntries();
  expect(entries.map(({ label }) => label)).toEqual(["Sell 7 AAPL stop 98.00, reduce only"]);
  entries[0]?.run();
  expect(sent).toMatchObject([{ side: Side.Sell, qty: 7, stopPrice: 98, isClose: true }]);
});
