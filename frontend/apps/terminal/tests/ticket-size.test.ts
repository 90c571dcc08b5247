import {
  type InstrumentInfo,
  type OrderPreview,
  OrderType,
  type Position,
  Side,
} from "@trading-api/client";
import { beforeEach, expect, test } from "vitest";
import { Ticket, type TicketContext } from "../src/ticket/ticket.ts";

const instrument: InstrumentInfo = {
  qty: { min: 1, max: 1_000, step: 1, default: 1 },
  pipSize: 0.01,
  pipValue: 0.01,
  minTick: 0.01,
  description: "Apple Inc.",
  currency: "USD",
  leverage: "10:1",
  allowedOrderTypes: [1, 2, 3, 4],
  allowedDurations: ["GTC"],
};

let position: Position | undefined;
let ask: number;
let reads: number;
let ticket: Ticket;

beforeEach(async () => {
  position = undefined;
  ask = 100;
  reads = 0;
  const rest = {
    instrument: async () => {
      reads += 1;
      return instrument;
    },
  };
  const context = {
    client: { rest: { account: () => rest }, socket: { onState: () => () => {} } },
    account: {
      id: "A",
      currency: "USD",
      equity: { equity: 10_000 },
      position: () => position,
    },
    market: { quote: () => ({ ask, bid: ask - 0.02 }) },
    symbol: () => "AAPL",
    isRunning: () => false,
  } as unknown as TicketContext;
  ticket = new Ticket(context);
  await ticket.readInstrument();
});

const previewOf = (commission: number): OrderPreview => ({
  sections: [{ header: "Account", rows: [{ title: "Commission", value: `${commission} USD` }] }],
});

test("the quantity follows the fields and not the market, until it is refreshed", () => {
  ticket.set({ sizeMode: "money", amount: "1000" });
  expect(ticket.order?.qty).toBe(10);
  ask = 50;
  expect(ticket.order?.qty).toBe(10);
  ticket.refresh();
  expect(ticket.order?.qty).toBe(20);
  ticket.set({ type: OrderType.Limit, limitPrice: "25" });
  expect(ticket.order?.qty).toBe(40);
  expect(reads).toBe(1);
});

test("the quantity of an order at another price is computed for that price", () => {
  expect(ticket.quantityAt(Side.Sell, 50)).toBe(1);
  ticket.set({ sizeMode: "money", amount: "1000" });
  expect(ticket.quantityAt(Side.Sell, 50)).toBe(20);
  expect(ticket.quantityAt(Side.Buy, 2_000)).toBeNull();
  ticket.set({ sizeMode: "percent", amount: "1" });
  expect(ticket.quantityAt(Side.Buy, 50)).toBe(2);
  ticket.set({ hasBrackets: true, stopLoss: "98", sizeMode: "risk", amount: "120" });
  expect(ticket.order?.qty).toBe(60);
  expect(ticket.quantityAt(Side.Buy, 99)).toBeNull();
});

test("there is no order where the amount gives no quantity, and the quantity is back after it", () => {
  ticket.set({ sizeMode: "money", amount: "99" });
  expect([ticket.order, ticket.sizing]).toEqual([null, { problem: "small" }]);
  ticket.set({ sizeMode: "quantity" });
  expect([ticket.order?.qty, ticket.sizing]).toEqual([1, null]);
});

test("the distance of a trailing stop loss is a risk too", () => {
  ticket.set({ hasBrackets: true, isStopLossTrailing: true, pips: "200" });
  ticket.set({ sizeMode: "risk", amount: "50" });
  expect(ticket.order?.qty).toBe(25);
});

test("the commission of the preview lowers a risk once, and is forgotten with the symbol", () => {
  ticket.set({ hasBrackets: true, stopLoss: "98", sizeMode: "risk", amount: "120" });
  expect(ticket.order?.qty).toBe(60);
  const order = ticket.order;
  if (order === null) throw new Error("no order");
  ticket.setPreview(order, previewOf(30));
  expect(ticket.order?.qty).toBe(40);
  // A fixed commission is less for each unit of a larger order, and more for a smaller one.
  ticket.setPreview({ ...order, qty: 120 }, previewOf(30));
  expect(ticket.order?.qty).toBe(40);
});

test("an order that only reduces has no brackets, and reduces the position", () => {
  position = { id: "AAPL", symbol: "AAPL", qty: 7, side: Side.Buy, avgPrice: 90 };
  expect(ticket.reducedPosition).toBeUndefined();
  ticket.set({ hasBrackets: true, takeProfit: "120", stopLoss: "80" });
  ticket.set({ side: Side.Sell, isReduceOnly: true });
  expect(ticket.reducedPosition?.qty).toBe(7);
  expect(ticket.order).toEqual({
    symbol: "AAPL",
    side: Side.Sell,
    type: OrderType.Market,
    qty: 1,
    duration: { type: "GTC" },
    isClose: true,
  });
  ticket.reset();
  expect(ticket.fields.isReduceOnly).toBe(false);
});

test("brackets are suggested where they are asked for, and not beside one that is given", () => {
  ticket.set({ hasBrackets: true, takeProfit: "120" });
  expect([ticket.fields.takeProfit, ticket.fields.stopLoss]).toEqual(["120", ""]);
  ticket.reset();
  ticket.set({ hasBrackets: true, stopLoss: "80", isStopLossTrailing: false });
  expect([ticket.fields.takeProfit, ticket.fields.stopLoss]).toEqual(["", "80"]);
  ticket.reset();
  ticket.set({ hasBrackets: true });
  expect([ticket.fields.takeProfit, ticket.fields.stopLoss]).toEqual(["100.40", "99.80"]);
});
