import { type Brackets, type Order, OrderType, ParentType, StopType } from "@trading-api/client";
import { parseNumber, parseOptionalNumber } from "./parse-number.ts";

/** As it is typed. An empty price is none; a trailing stop loss has a distance in place of one. */
export interface BracketTexts {
  takeProfit: string;
  stopLoss: string;
  isStopLossTrailing: boolean;
  pips: string;
}

/** What was left empty is left out; null: something is no number. */
export function parseBrackets(texts: BracketTexts): Brackets | null {
  const { isStopLossTrailing } = texts;
  const takeProfit = parseOptionalNumber(texts.takeProfit);
  const stopLoss = isStopLossTrailing ? undefined : parseOptionalNumber(texts.stopLoss);
  const trailingStopPips = isStopLossTrailing ? parseNumber(texts.pips) : undefined;
  if (takeProfit === null || stopLoss === null || trailingStopPips === null) return null;
  return {
    ...(takeProfit !== undefined && { takeProfit }),
    ...(stopLoss !== undefined && { stopLoss }),
    ...(trailingStopPips !== undefined && { trailingStopPips }),
  };
}

export const formatBrackets = ({
  takeProfit,
  stopLoss,
  trailingStopPips,
}: Brackets): BracketTexts => ({
  takeProfit: takeProfit?.toString() ?? "",
  stopLoss: stopLoss?.toString() ?? "",
  isStopLossTrailing: trailingStopPips !== undefined,
  pips: trailingStopPips?.toString() ?? "",
});

/** Whether the order itself follows the market, and not only what protects it. */
export const isTrailing = ({ type, stopType }: Pick<Order, "type" | "stopType">): boolean =>
  type === OrderType.Stop && stopType === StopType.TrailingStop;

/** How far behind the market a position's stop loss follows it; undefined for one that does not. */
export const trailingPipsOf = (symbol: string, live: readonly Order[]): number | undefined =>
  live.find(
    (order) =>
      order.parentType === ParentType.Position && order.parentId === symbol && isTrailing(order),
  )?.trailingStopPips;
