import { type Brackets, type Order, OrderType, ParentType, StopType } from "@trading-api/client";
import { numberIn, optionalNumberIn } from "./numbers.ts";

/** As it is typed. An empty price is none; a trailing stop loss has a distance in place of one. */
export interface BracketTexts {
  takeProfit: string;
  stopLoss: string;
  isStopLossTrailing: boolean;
  pips: string;
}

/** What was left empty is left out; null: something is no number. */
export function bracketsIn(texts: BracketTexts): Brackets | null {
  const { isStopLossTrailing } = texts;
  const takeProfit = optionalNumberIn(texts.takeProfit);
  const stopLoss = isStopLossTrailing ? undefined : optionalNumberIn(texts.stopLoss);
  const trailingStopPips = isStopLossTrailing ? numberIn(texts.pips) : undefined;
  if (takeProfit === null || stopLoss === null || trailingStopPips === null) return null;
  return {
    ...(takeProfit !== undefined && { takeProfit }),
    ...(stopLoss !== undefined && { stopLoss }),
    ...(trailingStopPips !== undefined && { trailingStopPips }),
  };
}

export const bracketTexts = ({
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
export const pipsBehind = (symbol: string, live: readonly Order[]): number | undefined =>
  live.find(
    (order) =>
      order.parentType === ParentType.Position && order.parentId === symbol && isTrailing(order),
  )?.trailingStopPips;
