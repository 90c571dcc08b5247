import { type Order, OrderStatus, OrderType, ParentType, Side } from "@trading-api/client";
import { quantity, time } from "./format.ts";
import { texts } from "./texts/texts.ts";
import { isTrailing } from "./ticket/brackets.ts";

const { labels: text } = texts;

export const sideLabel = (side: Side): string => (side === Side.Buy ? text.buy : text.sell);

const TYPES: Record<OrderType, string> = {
  [OrderType.Limit]: text.limit,
  [OrderType.Market]: text.market,
  [OrderType.Stop]: text.stop,
  [OrderType.StopLimit]: text.stopLimit,
};
export const orderTypeLabel = (type: OrderType): string => TYPES[type];

const STATUSES: Record<OrderStatus, string> = {
  [OrderStatus.Canceled]: text.canceled,
  [OrderStatus.Filled]: text.filled,
  [OrderStatus.Inactive]: text.inactive,
  [OrderStatus.Placing]: text.placing,
  [OrderStatus.Rejected]: text.rejected,
  [OrderStatus.Working]: text.working,
};
export const statusLabel = (status: OrderStatus): string => STATUSES[status];

/** Return the purpose of an order: its type, or what it does as a bracket. */
export function purposeLabel(order: Order): string {
  const isBracket =
    order.parentType === ParentType.Order || order.parentType === ParentType.Position;
  if (isTrailing(order)) return isBracket ? text.trailingStopLoss : text.trailingStop;
  if (!isBracket) return orderTypeLabel(order.type);
  return order.type === OrderType.Limit ? text.takeProfit : text.stopLoss;
}

/** Return the purpose of an order, and that it only reduces the position. */
export function orderLabel(order: Order): string {
  const label = purposeLabel(order);
  return order.isClose === true ? text.reduceOnly(label) : label;
}

/** Return the lines of an order on the chart. A stop-limit order has one for each of its prices. */
export function chartLines(order: Order): { kind: string; price: number; title: string }[] {
  const label = text.line(purposeLabel(order), sideLabel(order.side), quantity(order.qty));
  const { limitPrice, stopPrice } = order;
  const lines = [
    { kind: "stop" as const, price: stopPrice },
    { kind: "limit" as const, price: limitPrice },
  ].flatMap(({ kind, price }) => (price === undefined ? [] : [{ kind, price, title: label }]));
  if (lines.length < 2) return lines;
  return lines.map((line) => ({ ...line, title: text.priceOf(label, text.kinds[line.kind]) }));
}

/**
 * Return how long an order works: `GTC`, `Day`, or its end. A bracket has no duration of its own.
 */
export function durationLabel({ duration, parentId }: Order): string {
  if (duration === undefined || parentId !== undefined) return text.noDuration;
  if (duration.datetime !== undefined) return time(duration.datetime).slice(0, -3);
  return duration.type === "DAY" ? text.day : duration.type;
}

/** Return the number at the end of an id, such as 12 of `order-12`. */
export const orderNumber = (id: string): number => Number(/\d+$/.exec(id)?.[0] ?? 0);
