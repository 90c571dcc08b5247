import type { InstrumentInfo } from "@trading-api/client";
import { decimalsOf } from "../format.ts";

/** The steps of a symbol's prices and quantities. They have defaults until they are known. */
export type Rules = ReturnType<typeof rulesOf>;

export function rulesOf(known: () => InstrumentInfo | null | undefined) {
  const tick = () => known()?.minTick ?? 0.01;
  const step = () => known()?.qty.step ?? 1;
  return {
    tick,
    step,
    pip: () => known()?.pipSize ?? 0.01,
    decimals: () => decimalsOf(tick()),
    stepDecimals: () => decimalsOf(step()),
    currency: () => known()?.currency ?? "",
  };
}

/** Return whether a quantity is one that the instrument may be traded in. */
export const isOnGrid = (value: number, { qty: { min, max, step } }: InstrumentInfo): boolean =>
  value >= min && value <= max && Math.abs(value / step - Math.round(value / step)) < 1e-9;

/** The quantities of an instrument that is not known: none. */
export const NO_GRID = { min: 1, max: 0, step: 1 };

/** The fields of the ticket that have a price. */
export type PriceField = "limitPrice" | "stopPrice" | "takeProfit" | "stopLoss";
