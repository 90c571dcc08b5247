import { type InstrumentInfo, OrderType, type PreOrder, Side } from "@trading-api/client";
import { price, quantity } from "../../format.ts";
import { orderTypeLabel, sideLabel } from "../../labels.ts";

/** The best prices of a market. */
export interface Touch {
  bid: number;
  ask: number;
}

/**
 * Return the type of an order that waits at `price`: a limit order where the price is better than
 * the market's, and otherwise a stop order. Return null where the instrument has no such orders.
 */
export function waitingType(
  side: Side,
  price: number,
  { bid, ask }: Touch,
  allowed: InstrumentInfo["allowedOrderTypes"] | undefined,
): OrderType | null {
  const isLimit = side === Side.Buy ? price <= ask : price >= bid;
  const type = isLimit ? OrderType.Limit : OrderType.Stop;
  return allowed === undefined || allowed.includes(type) ? type : null;
}

/** Return an order of a type that waits at `price`. */
export function waitingOrder(
  order: Pick<PreOrder, "symbol" | "side" | "qty" | "duration" | "isClose">,
  type: OrderType,
  price: number,
): PreOrder {
  return { ...order, type, [type === OrderType.Limit ? "limitPrice" : "stopPrice"]: price };
}

/** Return a summary such as `Buy 10 AAPL limit 187.42`. */
export function summaryOf(order: PreOrder, decimals: number): string {
  const { side, qty, symbol, type, limitPrice, stopPrice } = order;
  const at = price(limitPrice ?? stopPrice, decimals);
  return `${sideLabel(side)} ${quantity(qty)} ${symbol} ${orderTypeLabel(type).toLowerCase()} ${at}`;
}
