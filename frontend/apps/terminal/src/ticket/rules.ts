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
