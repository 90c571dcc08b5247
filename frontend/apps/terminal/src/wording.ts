import { type Order, OrderStatus, OrderType, ParentType, Side } from "@trading-api/client";
import { quantity } from "./format.ts";

export const sideName = (side: Side): string => (side === Side.Buy ? "Buy" : "Sell");

const TYPES: Record<OrderType, string> = {
  [OrderType.Limit]: "Limit",
  [OrderType.Market]: "Market",
  [OrderType.Stop]: "Stop",
  [OrderType.StopLimit]: "Stop limit",
};
export const typeName = (type: OrderType): string => TYPES[type];

const STATUSES: Record<OrderStatus, string> = {
  [OrderStatus.Canceled]: "Canceled",
  [OrderStatus.Filled]: "Filled",
  [OrderStatus.Inactive]: "Inactive",
  [OrderStatus.Placing]: "Placing",
  [OrderStatus.Rejected]: "Rejected",
  [OrderStatus.Working]: "Working",
};
export const statusName = (status: OrderStatus): string => STATUSES[status];

/** What an order is for: brackets are named by what they do. */
export function kindName(order: Order): string {
  const isBracket =
    order.parentType === ParentType.Order || order.parentType === ParentType.Position;
  if (!isBracket) return typeName(order.type);
  return order.type === OrderType.Limit ? "Take profit" : "Stop loss";
}

export const nameOfLine = (order: Order): string =>
  `${kindName(order)} ${sideName(order.side).toLowerCase()} ${quantity(order.qty)}`;
