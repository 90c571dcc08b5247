import { type Brackets, type Order, OrderType, ParentType, StopType } from "@trading-api/client";
import { formatInput, parseNumber, parseOptionalNumber } from "./parse-number.ts";

/** The typed texts. An empty price is none. A trailing stop loss has `pips` instead of a price. */
export interface BracketTexts {
  takeProfit: string;
  stopLoss: string;
  isStopLossTrailing: boolean;
  pips: string;
}

/** Return the brackets without the empty ones, or null if a text is no positive number. */
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
  takeProfit: formatOptional(takeProfit),
  stopLoss: formatOptional(stopLoss),
  isStopLossTrailing: trailingStopPips !== undefined,
  pips: formatOptional(trailingStopPips),
});

const formatOptional = (value: number | undefined): string =>
  value === undefined ? "" : formatInput(value);

/** Return whether the order itself is a trailing stop, and not only its stop loss. */
export const isTrailing = ({ type, stopType }: Pick<Order, "type" | "stopType">): boolean =>
  type === OrderType.Stop && stopType === StopType.TrailingStop;

/** Return the distance of a position's trailing stop loss, or undefined if it does not trail. */
export const trailingPipsOf = (symbol: string, live: readonly Order[]): number | undefined =>
  live.find(
    (order) =>
      order.parentType === ParentType.Position && order.parentId === symbol && isTrailing(order),
  )?.trailingStopPips;
