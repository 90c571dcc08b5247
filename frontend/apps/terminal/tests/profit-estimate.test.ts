import {
  type InstrumentInfo,
  type Order,
  OrderType,
  ParentType,
  type Position,
  Side,
} from "@trading-api/client";
import { expect, test } from "vitest";
import { bracketAt, conversionOf, entryOf, profitAt } from "../src/chart/lines/profit-estimate.ts";

const long: Position = { id: "AAPL", symbol: "AAPL", qty: 10, side: Side.Buy, avgPrice: 200 };
const short: Position = { ...long, side: Side.Sell };
const USD = { rate: 1, currency: "USD" };
const sell: Order = {
  id: "order-1",
  symbol: "AAPL",
  type: OrderType.Limit,
  side: Side.Sell,
  qty: 15,
  status: 6,
};

test.each([
  { position: long, price: 210, money: 100, percent: 5 },
  { position: long, price: 190, money: -100, percent: -5 },
  { position: short, price: 210, money: -100, percent: -5 },
  { position: short, price: 190, money: 100, percent: 5 },
])("the profit of side $position.side at $price is $money", ({ position, price, ...expected }) => {
  const entry = { ...position, price: position.avgPrice };
  const { money, percent } = profitAt(entry, price, USD);
  expect(money).toBeCloseTo(expected.money, 9);
  expect(percent).toBeCloseTo(expected.percent, 9);
});

test("money is in the account's currency where the server knows a rate", () => {
  const yen = { currency: "JPY", pipSize: 0.01, pipValue: 0.000_066 } as InstrumentInfo;
  const { rate, currency } = conversionOf(yen, "USD");
  expect(rate).toBeCloseTo(0.0066, 12);
  expect(currency).toBe("USD");
  expect(conversionOf({ ...yen, pipValue: 0 }, "USD")).toEqual({ rate: 1, currency: "JPY" });
  expect(conversionOf({ ...yen, currency: "USD" }, "USD")).toEqual(USD);
});

test("an order closes its position, or what its parent will enter", () => {
  expect(entryOf(sell, long, [])).toEqual({ price: 200, side: Side.Buy, qty: 10 });
  expect(entryOf({ ...sell, filledQty: 9 }, long, [])?.qty).toBe(6);
  expect(entryOf({ ...sell, side: Side.Buy }, long, [])).toBeNull();
  expect(entryOf(sell, undefined, [])).toBeNull();
  const parent: Order = {
    ...sell,
    type: OrderType.Stop,
    side: Side.Buy,
    stopPrice: 205,
  };
  const child: Order = {
    ...sell,
    id: "order-2",
    parentId: "order-1",
    parentType: ParentType.Order,
  };
  expect(entryOf(child, long, [parent])).toEqual({ price: 205, side: Side.Buy, qty: 15 });
  expect(entryOf(child, long, [])).toBeNull();
});

test.each([
  { side: Side.Buy, bid: 120, ask: 121, price: 110, kind: "stopLoss" },
  { side: Side.Buy, bid: 80, ask: 81, price: 90, kind: "takeProfit" },
  { side: Side.Buy, bid: 99, ask: 101, price: 100, kind: "takeProfit" },
  { side: Side.Sell, bid: 79, ask: 80, price: 90, kind: "stopLoss" },
  { side: Side.Sell, bid: 119, ask: 120, price: 110, kind: "takeProfit" },
  { side: Side.Sell, bid: 99, ask: 101, price: 100, kind: "takeProfit" },
])("a bracket of side $side at $price is a $kind while the bid is $bid", ({ kind, ...each }) => {
  const { side, price, bid, ask } = each;
  expect(bracketAt({ ...long, side, avgPrice: 100 }, price, { bid, ask })).toBe(kind);
});

test("without a market, a bracket beyond the entry takes the profit", () => {
  expect(bracketAt(long, 201)).toBe("takeProfit");
  expect(bracketAt(long, 199)).toBe("stopLoss");
  expect(bracketAt(short, 199)).toBe("takeProfit");
  expect(bracketAt(short, 201)).toBe("stopLoss");
});
