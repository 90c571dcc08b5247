// The quantity of the buttons from 25 to 100 percent. It is loaded when one is pressed.
import type { PreOrder } from "@trading-api/client";
import { isRefusedByChecks } from "../refusals.ts";
import { floorToGrid, type QuantityGrid } from "./sizing.ts";

/** The parts of an estimate that are tried until the server accepts the margin. */
const TRIED = [1, 0.995, 0.98, 0.95, 0.9, 0.75, 0.5];

export interface Affordable {
  order: PreOrder;
  /** What the free margin pays for, if nothing but the price counts. */
  estimate: number;
  grid: QuantityGrid;
  /** Preview an order. Rejects with an ApiError if the server rejects it. */
  preview(order: PreOrder): Promise<unknown>;
}

/**
 * Return the largest of a few quantities for which the server's preview finds enough margin, or null
 * if there is none. Commission and reserves of other orders are in the server's answer. Rejects if
 * the server could not check the order.
 */
export async function affordableQuantity(affordable: Affordable): Promise<number | null> {
  const { order, estimate, grid, preview } = affordable;
  for (const part of TRIED) {
    const qty = floorToGrid(estimate * part, grid);
    if (qty === null) return null;
    try {
      await preview({ ...order, qty });
      return qty;
    } catch (error) {
      if (!isRefusedByChecks(error)) throw error;
      // Another reason, such as a bracket on the wrong side, is shown by the preview of the ticket.
      if (error.code !== "insufficient_margin") return qty;
    }
  }
  return null;
}
