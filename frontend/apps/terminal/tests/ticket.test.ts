import { type Order, OrderType, ParentType, Side, StopType } from "@trading-api/client";
import { expect, test } from "vitest";
import { durationLabel, purposeLabel } from "../src/labels.ts";
import { formatBrackets, parseBrackets, trailingPipsOf } from "../src/ticket/brackets.ts";
import { formatDuration, parseDuration } from "../src/ticket/duration.ts";
import { parseNumber, parseOptionalNumber } from "../src/ticket/parse-number.ts";

const NONE = { takeProfit: "", stopLoss: "", isStopLossTrailing: false, pips: "" };
const stop: Order = {
  id: "order-2",
  symbol: "AAPL",
  type: OrderType.Stop,
  side: Side.Sell,
  qty: 1,
  status: 6,
  stopPrice: 9,
  stopType: StopType.TrailingStop,
  trailingStopPips: 50,
  parentId: "AAPL",
  parentType: ParentType.Position,
};

test.each([
  ["1,234.5", 1234.5],
  ["0", null],
  ["-1", null],
  ["", null],
  ["ten", null],
])("%j is the number %s", (text, number) => {
  expect(parseNumber(text)).toBe(number);
});

test("nothing written is nothing asked for", () => {
  expect(parseOptionalNumber(" ")).toBeUndefined();
  expect(parseBrackets(NONE)).toEqual({});
});

test("a stop loss stands at its price, or trails by its pips, and never both", () => {
  const texts = { ...NONE, stopLoss: "9", pips: "50" };
  expect(parseBrackets(texts)).toEqual({ stopLoss: 9 });
  expect(parseBrackets({ ...texts, isStopLossTrailing: true })).toEqual({ trailingStopPips: 50 });
  expect(parseBrackets({ ...NONE, isStopLossTrailing: true })).toBeNull();
  expect(parseBrackets({ ...NONE, takeProfit: "x" })).toBeNull();
});

test.each([{}, { takeProfit: 11, stopLoss: 9 }, { takeProfit: 11, trailingStopPips: 50 }])(
  "brackets %j are what their texts say",
  (brackets) => {
    expect(parseBrackets(formatBrackets(brackets))).toEqual(brackets);
  },
);

test("a position's stop loss trails if the order does that is its stop loss", () => {
  expect(trailingPipsOf("AAPL", [stop])).toBe(50);
  expect(trailingPipsOf("MSFT", [stop])).toBeUndefined();
  expect(trailingPipsOf("AAPL", [{ ...stop, parentType: ParentType.Order }])).toBeUndefined();
});

test("an order that trails is called that, and one with a trailing stop loss is not", () => {
  const { parentId: _, parentType: __, ...own } = stop;
  expect(purposeLabel(stop)).toBe("Trailing stop loss");
  expect(purposeLabel(own)).toBe("Trailing stop");
  expect(purposeLabel({ ...own, type: OrderType.Limit })).toBe("Limit");
});

test("a date is read and shown as UTC, to the minute", () => {
  const datetime = Date.UTC(2026, 0, 6, 10, 37);
  const texts = { duration: "GTD", until: "2026-01-06T10:37" } as const;
  expect(parseDuration(texts)).toEqual({ type: "GTD", datetime });
  expect(formatDuration({ type: "GTD", datetime: datetime + 59_999 })).toEqual(texts);
  expect(parseDuration({ duration: "GTD", until: "" })).toBeNull();
  expect(parseDuration({ duration: "DAY", until: texts.until })).toEqual({ type: "DAY" });
  const { parentId: _, ...order } = stop;
  expect(durationLabel({ ...order, duration: { type: "GTD", datetime } })).toBe("6 Jan 10:37");
  expect(durationLabel({ ...order, duration: { type: "DAY" } })).toBe("Day");
  expect(durationLabel({ ...stop, duration: { type: "GTC" } })).toBe("–");
});
