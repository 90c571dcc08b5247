import {
  type InstrumentInfo,
  type Order,
  ParentType,
  type Position,
  Side,
} from "@trading-api/client";
import type { Touch } from "./chart-orders.ts";

/** What an order closes, or would close: `qty` that is entered at `price` on `side`. */
export interface Entry {
  price: number;
  side: Side;
  qty: number;
}

/** An open profit. `money` is in the account's currency, or else in that of the instrument. */
export interface Profit {
  money: number;
  currency: string;
  percent: number;
}

/**
 * Return what `order` closes: a part of the position, or what its parent order will enter. An order
 * that enters a position closes nothing.
 */
export function entryOf(
  order: Order,
  position: Position | undefined,
  orders: readonly Order[],
): Entry | null {
  const qty = order.qty - (order.filledQty ?? 0);
  if (order.parentType === ParentType.Order) {
    const parent = orders.find(({ id }) => id === order.parentId);
    const price = parent?.limitPrice ?? parent?.stopPrice;
    if (parent === undefined || price === undefined) return null;
    return { price, side: parent.side, qty };
  }
  if (position === undefined || position.side === order.side) return null;
  const { avgPrice: price, side } = position;
  return { price, side, qty: Math.min(qty, position.qty) };
}

/** Return the profit of closing `entry` at `price`. */
export function profitAt(
  { price: from, side, qty }: Entry,
  price: number,
  { rate, currency }: Conversion,
): Profit {
  return {
    money: (price - from) * side * qty * rate,
    currency,
    percent: (price / from - 1) * side * 100,
  };
}

/** How money of an instrument is shown: multiplied by `rate`, in `currency`. */
export interface Conversion {
  rate: number;
  currency: string;
}

/**
 * Return the conversion into the account's currency. While the server knows no rate, money stays in
 * the instrument's currency.
 */
export function conversionOf(
  instrument: InstrumentInfo | null,
  accountCurrency: string,
): Conversion {
  if (instrument === null || instrument.currency === accountCurrency) {
    return { rate: 1, currency: accountCurrency };
  }
  const { pipValue, pipSize, currency } = instrument;
  return pipValue > 0
    ? { rate: pipValue / pipSize, currency: accountCurrency }
    : { rate: 1, currency };
}

/**
 * Return which bracket of a position is at `price`. Like the server, it compares with the price at
 * which the position would be closed now, and with the entry only while there is no market.
 */
export function bracketAt(
  { side, avgPrice }: Position,
  price: number,
  touch?: Touch,
): "takeProfit" | "stopLoss" {
  const market = (side === Side.Buy ? touch?.bid : touch?.ask) ?? avgPrice;
  return (side === Side.Buy) === price > market ? "takeProfit" : "stopLoss";
}
