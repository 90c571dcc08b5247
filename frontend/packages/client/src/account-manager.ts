import type { Equity } from "./model/broker.ts";
import type {
  AccountManagerColumn,
  AccountManagerInfo,
  BrokerHost,
  FormatterName,
  WatchedValue,
} from "./tradingview/broker.ts";

/** A watched value for each figure of the account's equity. */
export type EquityValues = Record<(typeof EQUITY_NAMES)[number], WatchedValue<number>>;

export const EQUITY_NAMES = [
  "balance",
  "equity",
  "unrealizedPL",
  "realizedPL",
] as const satisfies (keyof Equity)[];

export const createEquityValues = (factory: BrokerHost["factory"]): EquityValues => ({
  balance: factory.createWatchedValue(0),
  equity: factory.createWatchedValue(0),
  unrealizedPL: factory.createWatchedValue(0),
  realizedPL: factory.createWatchedValue(0),
});

/** Return the figures and columns that TradingView's account manager shows. */
export function accountManagerInfo(values: EquityValues): AccountManagerInfo {
  const figure = (text: string, wValue: WatchedValue<number>) => ({
    text,
    wValue,
    formatter: "fixed" as FormatterName,
    isDefault: true,
  });
  return {
    accountTitle: "Paper trading",
    summary: [
      figure("Balance", values.balance),
      figure("Equity", values.equity),
      figure("Open profit", values.unrealizedPL),
      figure("Realized profit", values.realizedPL),
    ],
    orderColumns: [
      column("symbol", "Symbol", "symbol"),
      column("side", "Side", "side"),
      column("type", "Type", "type"),
      column("qty", "Quantity", "formatQuantity"),
      column("filledQty", "Filled", "formatQuantity"),
      column("limitPrice", "Limit price", "formatPrice"),
      column("stopPrice", "Stop price", "formatPrice"),
      column("avgPrice", "Average price", "formatPrice"),
      column("status", "Status", "status"),
      column("updateTime", "Updated", "localDate"),
      column("id", "Order", "text"),
    ],
    positionColumns: [
      column("symbol", "Symbol", "symbol"),
      column("side", "Side", "positionSide"),
      column("qty", "Quantity", "formatQuantity"),
      column("avgPrice", "Average price", "formatPrice"),
      column("pl", "Profit", "profit"),
      column("takeProfit", "Take profit", "formatPrice"),
      column("stopLoss", "Stop loss", "formatPrice"),
    ],
    pages: [],
  };
}

const column = (id: string, label: string, formatter: string): AccountManagerColumn => ({
  id,
  label,
  formatter: formatter as FormatterName,
  dataFields: [id],
});
