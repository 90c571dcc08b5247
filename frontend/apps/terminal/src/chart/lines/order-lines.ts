import { type Order, ParentType, type Position, Side } from "@trading-api/client";
import { quantity } from "../../format.ts";
import { chartLines } from "../../labels.ts";
import { lines } from "../../texts/lines.ts";
import { isTrailing } from "../../ticket/brackets.ts";
import type { Touch } from "./chart-orders.ts";
import type { PriceLine } from "./price-lines.ts";
import { bracketAt } from "./profit-estimate.ts";

/** A line of an order, and which of the order's prices it is. */
export interface OrderLine extends PriceLine {
  order: Order;
  field: "limitPrice" | "stopPrice";
}

/** Return the id of the line of a position. A move of it must not go on with another symbol. */
export const positionId = (symbol: string): string => `position ${symbol}`;

/** Return the lines of an order: two of a stop-limit order, and none of a market order. */
export function orderLines(order: Order, isModifiable: boolean): OrderLine[] {
  const isBracket =
    order.parentType === ParentType.Order || order.parentType === ParentType.Position;
  const tone = isBracket ? "muted" : order.side === Side.Buy ? "up" : "down";
  return chartLines(order).map(({ kind, price, title }) => ({
    id: `${order.id} ${kind}`,
    order,
    field: kind === "stop" ? "stopPrice" : "limitPrice",
    price,
    title,
    tone,
    isDashed: true,
    isMovable: isModifiable && !isTrailing(order),
    action: lines.cancel(title),
  }));
}

/**
 * Return the line of a position. A bracket is dragged out of it where the venue has brackets;
 * `touch` returns the best prices of the market then.
 */
export function positionLine(
  position: Position,
  hasBrackets: boolean,
  touch: () => Touch | undefined,
): PriceLine {
  const amount = quantity(position.qty);
  const title = position.side === Side.Buy ? lines.long(amount) : lines.short(amount);
  return {
    id: positionId(position.symbol),
    price: position.avgPrice,
    title,
    tone: "accent",
    isDashed: false,
    isMovable: hasBrackets,
    action: lines.close(title),
    created: (price) => lines[bracketAt(position, price, touch())](amount),
  };
}

/** Return the order with another price for a line of it. */
export const movedOrder = ({ order, field }: OrderLine, price: number): Order => ({
  ...order,
  [field]: price,
});
