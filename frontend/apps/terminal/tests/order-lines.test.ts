import { type Position, Side } from "@trading-api/client";
import { expect, test } from "vitest";
import { positionId, positionLine } from "../src/chart/lines/order-lines.ts";

test("the lines of positions in two symbols are different lines", () => {
  const position: Position = { id: "1", symbol: "AAPL", qty: 10, side: Side.Buy, avgPrice: 200 };
  const lineOf = (symbol: string) => positionLine({ ...position, symbol }, true, () => undefined);
  expect(lineOf("AAPL").id).toBe(positionId("AAPL"));
  expect(lineOf("MSFT").id).not.toBe(lineOf("AAPL").id);
});
