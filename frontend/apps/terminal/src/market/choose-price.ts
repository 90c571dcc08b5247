import { OrderType } from "@trading-api/client";
import { formatInput } from "../ticket/parse-number.ts";
import { needsLimit, type Ticket } from "../ticket/ticket.ts";

/**
 * Enter a price in the ticket: as the limit, or as the stop of a stop order. An order without a price
 * becomes a limit order.
 */
export function choosePrice(ticket: Ticket, price: number, decimals: number): void {
  const text = formatInput(price, decimals);
  const { type } = ticket.fields;
  if (needsLimit(type)) ticket.set({ limitPrice: text });
  else if (type === OrderType.Stop && !ticket.isTrailing) ticket.set({ stopPrice: text });
  else ticket.set({ type: OrderType.Limit, limitPrice: text });
}
