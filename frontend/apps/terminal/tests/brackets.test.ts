import { ParentType } from "@trading-api/client";
import { expect, test } from "vitest";
import { formatBrackets, parseBrackets, trailingPipsOf } from "../src/ticket/brackets.ts";
import { trailingStop } from "./support/orders.ts";

const NONE = { takeProfit: "", stopLoss: "", isStopLossTrailing: false, pips: "" };

test("empty fields are no brackets", () => {
  expect(parseBrackets(NONE)).toEqual({});
});

test("a stop loss has a price or trails by pips, and never both", () => {
  const texts = { ...NONE, stopLoss: "9", pips: "50" };
  expect(parseBrackets(texts)).toEqual({ stopLoss: 9 });
  expect(parseBrackets({ ...texts, isStopLossTrailing: true })).toEqual({ trailingStopPips: 50 });
  expect(parseBrackets({ ...NONE, isStopLossTrailing: true })).toBeNull();
  expect(parseBrackets({ ...NONE, takeProfit: "x" })).toBeNull();
});

test.each([{}, { takeProfit: 11, stopLoss: 9 }, { takeProfit: 11, trailingStopPips: 50 }])(
  "brackets %j are the same after formatting and parsing",
  (brackets) => {
    expect(parseBrackets(formatBrackets(brackets))).toEqual(brackets);
  },
);

test("a position's stop loss trails if the order that is its stop loss does", () => {
  expect(trailingPipsOf("AAPL", [trailingStop])).toBe(50);
  expect(trailingPipsOf("MSFT", [trailingStop])).toBeUndefined();
  const ofOrder = { ...trailingStop, parentType: ParentType.Order };
  expect(trailingPipsOf("AAPL", [ofOrder])).toBeUndefined();
});
