import { OrderType, Side } from "@trading-api/client";
import { expect, test } from "vitest";
import { summaryOf, waitingOrder, waitingType } from "../src/chart/lines/chart-orders.ts";

const TOUCH = { bid: 99, ask: 101 };

test.each([
  { side: Side.Buy, price: 98, type: OrderType.Limit },
  { side: Side.Buy, price: 101, type: OrderType.Limit },
  { side: Side.Buy, price: 101.5, type: OrderType.Stop },
  { side: Side.Sell, price: 98, type: OrderType.Stop },
  { side: Side.Sell, price: 99, type: OrderType.Limit },
  { side: Side.Sell, price: 102, type: OrderType.Limit },
])("side $side at $price waits as type $type", ({ side, price, type }) => {
  expect(waitingType(side, price, TOUCH, undefined)).toBe(type);
  expect(waitingType(side, price, TOUCH, [OrderType.Market])).toBeNull();
});

test("an order has the one price of its type, and a summary", () => {
  const terms = { symbol: "AAPL", side: Side.Buy, qty: 1_000 };
  const limit = waitingOrder(terms, OrderType.Limit, 98);
  expect(limit).toEqual({ ...terms, type: OrderType.Limit, limitPrice: 98 });
  expect(summaryOf(limit, 2)).toBe("Buy 1,000 AAPL limit 98.00");
  const stop = waitingOrder(terms, OrderType.Stop, 102);
  expect(stop).toEqual({ ...terms, type: OrderType.Stop, stopPrice: 102 });
  expect(summaryOf(stop, 2)).toBe("Buy 1,000 AAPL stop 102.00");
});
