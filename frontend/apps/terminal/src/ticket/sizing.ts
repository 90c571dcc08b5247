// Converts an amount of money, a part of the equity, or a risk into a quantity.
import { type OrderPreview, Side } from "@trading-api/client";
import { decimalsOf } from "../format.ts";

/** What the user enters: the quantity itself, or what it is computed from. */
export type SizeMode = "quantity" | "money" | "percent" | "risk";

/** The quantities that may be ordered. */
export interface QuantityGrid {
  min: number;
  max: number;
  step: number;
}

export interface SizingInput {
  mode: Exclude<SizeMode, "quantity">;
  /** Money, or percent of the equity. */
  amount: number | null;
  side: Side;
  /** The price of the entry; undefined while it is not known. */
  price: number | undefined;
  /** The distance of the stop loss from the entry, positive on the side of a loss. */
  stopDistance: number | undefined;
  /** What a move of the price by 1 is worth for one unit, in the account's currency; 0 if not known. */
  pointValue: number;
  equity: number | undefined;
  /** The commission of one unit in the account's currency, for the entry and again for the stop. */
  commission: number;
  grid: QuantityGrid;
}

/** Why there is no quantity. */
export type SizingProblem = "amount" | "price" | "rate" | "equity" | "stop" | "small";

export type Sizing = { quantity: number; value: number } | { problem: SizingProblem };

/** Return the largest quantity that the amount allows, and its value in the account's currency. */
export function sizeOf(input: SizingInput): Sizing {
  const { mode, amount, price, pointValue, equity, stopDistance, commission, grid } = input;
  if (amount === null) return { problem: "amount" };
  if (price === undefined || price <= 0) return { problem: "price" };
  if (pointValue <= 0) return { problem: "rate" };
  const unit = price * pointValue;
  let allowed: number;
  if (mode === "money") allowed = amount / unit;
  else if (mode === "percent") {
    if (equity === undefined) return { problem: "equity" };
    allowed = ((equity / 100) * amount) / unit;
  } else {
    if (stopDistance === undefined || stopDistance <= 0) return { problem: "stop" };
    allowed = amount / (stopDistance * pointValue + 2 * commission);
  }
  const quantity = floorToGrid(allowed, grid);
  return quantity === null ? { problem: "small" } : { quantity, value: quantity * unit };
}

/** Return the distance of a stop loss: positive on the side of a loss. */
export const stopDistanceOf = (side: Side, entry: number, stop: number): number =>
  side === Side.Buy ? entry - stop : stop - entry;

/** Return the largest quantity on the grid that is not above `quantity`, or null if there is none. */
export function floorToGrid(quantity: number, { min, max, step }: QuantityGrid): number | null {
  if (!(quantity > 0)) return null;
  const bounded = Math.min(quantity, max);
  let steps = Math.floor(bounded / step);
  // A quotient of decimals such as 0.3 / 0.1 may be just below its exact value.
  if ((steps + 1) * step <= bounded * (1 + 1e-12)) steps += 1;
  const rounded = Number((steps * step).toFixed(decimalsOf(step)));
  return rounded >= min && rounded > 0 ? rounded : null;
}

/** Return the commission of a previewed order in the account's currency, or undefined. */
export function commissionOf({ sections }: OrderPreview): number | undefined {
  const rows = sections.find(({ header }) => header === "Account")?.rows ?? [];
  const row = rows.find(({ title }) => title.startsWith("Commission"));
  const commission = Number.parseFloat(row?.value ?? "");
  return Number.isFinite(commission) ? commission : undefined;
}
