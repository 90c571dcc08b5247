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

/** Return the lines of an order on the chart. A stop-limit order has one for each of its prices. */
export function chartLines(order: Order): { kind: string; price: number; title: string }[] {
  const label = `${purposeLabel(order)} ${sideLabel(order.side).toLowerCase()} ${quantity(order.qty)}`;
  const { limitPrice, stopPrice } = order;
  const lines = [
    { kind: "stop", price: stopPrice },
    { kind: "limit", price: limitPrice },
  ].flatMap(({ kind, price }) => (price === undefined ? [] : [{ kind, price, title: label }]));
  if (lines.length < 2) return lines;
  return lines.map((line) => ({ ...line, title: `${label}, ${line.kind}` }));
}

/**
 * Return how long an order works: `GTC`, `Day`, or its end. A bracket has no duration of its own.
 */
export function durationLabel({ duration, parentId }: Order): string {
  if (duration === undefined || parentId !== undefined) return "–";
  if (duration.datetime !== undefined) return time(duration.datetime).slice(0, -3);
  return duration.type === "DAY" ? "Day" : duration.type;
}

/** Return the number at the end of an id, such as 12 of `order-12`. */
export const orderNumber = (id: string): number => Number(/\d+$/.exec(id)?.[0] ?? 0);
