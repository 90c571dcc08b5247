import { type Order, OrderType, ParentType, Side, StopType } from "@trading-api/client";

/** The trailing stop loss of a position in AAPL. */
export const trailingStop: Order = {
  id: "order-2",
  symbol: "AAPL",
  type: OrderType.Stop,
  side: Side.Sell,
  qty: 1,
  status: 6,
  stopPrice: 9,
  stopType: StopType.TrailingStop,
  trailingStopPips: 50,
  parentId: "AAPL",
  parentType: ParentType.Position,
};
