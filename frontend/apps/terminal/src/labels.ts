import { type Order, OrderStatus, OrderType, ParentType, Side } from "@trading-api/client";
import { quantity, time } from "./format.ts";
import { isTrailing } from "./ticket/brackets.ts";

export const sideLabel = (side: Side): string => (side === Side.Buy ? "Buy" : "Sell");

const TYPES: Record<OrderType, string> = {
  [OrderType.Limit]: "Limit",
  [OrderType.Market]: "Market",
  [OrderType.Stop]: "Stop",
  [OrderType.StopLimit]: "Stop limit",
};
export const orderTypeLabel = (type: OrderType): string => TYPES[type];

const STATUSES: Record<OrderStatus, string> = {
  [OrderStatus.Canceled]: "Canceled",
  [OrderStatus.Filled]: "Filled",
  [OrderStatus.Inactive]: "Inactive",
  [OrderStatus.Placing]: "Placing",
  [OrderStatus.Rejected]: "Rejected",
  [OrderStatus.Working]: "Working",
};
export const statusLabel = (status: OrderStatus): string => STATUSES[status];

/** Return the purpose of an order: its type, or what it does as a bracket. */
export function purposeLabel(order: Order): string {
  const isBracket =
    order.parentType === ParentType.Order || order.parentType === ParentType.Position;
  if (isTrailing(order)) return isBracket ? "Trailing stop loss" : "Trailing stop";
  if (!isBracket) return orderTypeLabel(order.type);
  return order.type === OrderType.Limit ? "Take profit" : "Stop loss";
}

export const chartLineLabel = (order: Order): string =>
  `${purposeLabel(order)} ${sideLabel(order.side).toLowerCase()} ${quantity(order.qty)}`;

/**
 * Return how long an order works: `GTC`, `Day`, or its end. A bracket has no duration of its own.
 */
export function durationLabel({ duration, parentId }: Order): string {
  if (duration === undefined || parentId !== undefined) return "–";
  if (duration.datetime !== undefined) return time(duration.datetime).slice(0, -3);
  return duration.type === "DAY" ? "Day" : duration.type;
}
