import { OrderType } from "@trading-api/client";
import { expect, test } from "vitest";
import { chartLines, durationLabel, orderLabel, purposeLabel } from "../src/labels.ts";
import { trailingStop } from "./support/orders.ts";

test("an order that trails is labeled so, and one with a trailing stop loss is not", () => {
  const { parentId: _, parentType: __, ...own } = trailingStop;
  expect(purposeLabel(trailingStop)).toBe("Trailing stop loss");
  expect(purposeLabel(own)).toBe("Trailing stop");
  expect(purposeLabel({ ...own, type: OrderType.Limit })).toBe("Limit");
});

test("a duration is labeled by its end, and that of a bracket is not shown", () => {
  const datetime = Date.UTC(2026, 0, 6, 10, 37);
  const { parentId: _, ...order } = trailingStop;
  expect(durationLabel({ ...order, duration: { type: "GTD", datetime } })).toBe("6 Jan 10:37");
  expect(durationLabel({ ...order, duration: { type: "DAY" } })).toBe("Day");
  expect(durationLabel({ ...trailingStop, duration: { type: "GTC" } })).toBe("–");
});

test("a stop-limit order has a line at each of its prices", () => {
  const {
    parentId: _,
    parentType: __,
    stopType: ___,
    trailingStopPips: ____,
    ...own
  } = trailingStop;
  const order = { ...own, qty: 5, type: OrderType.StopLimit, limitPrice: 12, stopPrice: 11 };
  expect(chartLines(order)).toEqual([
    { kind: "stop", price: 11, title: "Stop limit sell 5, stop" },
    { kind: "limit", price: 12, title: "Stop limit sell 5, limit" },
  ]);
  expect(chartLines({ ...own, qty: 5, stopPrice: 11 })).toEqual([
    { kind: "stop", price: 11, title: "Stop sell 5" },
  ]);
});

test("an order that only reduces the position is marked", () => {
  const { parentId: _, parentType: __, ...own } = trailingStop;
  expect(orderLabel({ ...own, isClose: true })).toBe("Trailing stop, reduce only");
  expect(orderLabel(own)).toBe("Trailing stop");
});
