// Maps the types of the wire to the client's own types. Names of REST types end in _Api_Backend,
// names of socket types in _Ws_Backend, and the client's own have no suffix. A field that the wire
// omits or sends as null is absent here; 0, false and "" are values.
import { commandErrorStatus } from "./command-error-status.ts";
import { ApiError } from "./errors.ts";
import type {
  AccountMetainfo as AccountMetainfo_Api_Backend,
  Alert as Alert_Api_Backend,
  AlertRequest as AlertRequest_Api_Backend,
  Bar as Bar_Api_Backend,
  Brackets as Brackets_Api_Backend,
  BrokerConfiguration as BrokerConfiguration_Api_Backend,
  CashLine as CashLine_Api_Backend,
  ClosedTrade as ClosedTrade_Api_Backend,
  DatafeedConfiguration as DatafeedConfiguration_Api_Backend,
  EquityData as EquityData_Api_Backend,
  EquityHistoryData as EquityHistoryData_Api_Backend,
  ErrorResponse as ErrorResponse_Api_Backend,
  Execution as Execution_Api_Backend,
  GetBarsResponse as GetBarsResponse_Api_Backend,
  InstrumentInfo as InstrumentInfo_Api_Backend,
  KillSwitchState as KillSwitchState_Api_Backend,
  LeverageInfo as LeverageInfo_Api_Backend,
  LeveragePreviewResult as LeveragePreviewResult_Api_Backend,
  Notification as Notification_Api_Backend,
  OrderPreviewResult as OrderPreviewResult_Api_Backend,
  PerformanceStatistics as PerformanceStatistics_Api_Backend,
  PlacedOrder as PlacedOrder_Api_Backend,
  Position as Position_Api_Backend,
  PreOrder as PreOrder_Api_Backend,
  QuoteData as QuoteData_Api_Backend,
  ReplayState as ReplayState_Api_Backend,
  SearchSymbolResultItem as SearchSymbolResultItem_Api_Backend,
  SymbolInfo as SymbolInfo_Api_Backend,
} from "./generated/rest.ts";
import type {
  AccountState as AccountState_Ws_Backend,
  Alert as Alert_Ws_Backend,
  Bar as Bar_Ws_Backend,
  BrokerConnectionStatus as BrokerConnectionStatus_Ws_Backend,
  EquityData as EquityData_Ws_Backend,
  Execution as Execution_Ws_Backend,
  Notification as Notification_Ws_Backend,
  Orderbook as Orderbook_Ws_Backend,
  PlacedOrder as PlacedOrder_Ws_Backend,
  Position as Position_Ws_Backend,
  PositionPl as PositionPl_Ws_Backend,
  QuoteData as QuoteData_Ws_Backend,
  ReplayState as ReplayState_Ws_Backend,
  Trade as Trade_Ws_Backend,
} from "./generated/socket.ts";
import type {
  Account,
  AccountId,
  AccountNotification,
  AccountState,
  Brackets,
  BrokerConfiguration,
  BrokerConnection,
  CashLine,
  Equity,
  Execution,
  InstrumentInfo,
  KillSwitch,
  LeverageInfo,
  LeveragePreview,
  NewPriceAlert,
  Order,
  OrderPreview,
  Position,
  PositionPL,
  PreOrder,
  PriceAlert,
} from "./model/broker.ts";
import type {
  Bar,
  DatafeedConfiguration,
  FoundSymbol,
  History,
  Orderbook,
  QuoteData,
  QuoteValues,
  Replay,
  SymbolInfo,
  Trade,
} from "./model/market.ts";
import type { ClosedTrade, EquityHistory, PerformanceStatistics } from "./model/performance.ts";
import type { CommandReply } from "./routes.ts";

// Market data

export const mapBar = (bar: Bar_Api_Backend | Bar_Ws_Backend): Bar => withoutNulls(bar);

export const mapHistory = ({ bars, no_data, next_time }: GetBarsResponse_Api_Backend): History =>
  withoutNulls({ bars: bars.map(mapBar), noData: no_data, nextTime: next_time });

export function mapQuote({ s, n, v }: QuoteData_Api_Backend | QuoteData_Ws_Backend): QuoteData {
  return "error" in v ? { s: "error", n, v: { error: v.error } } : quoteOf(s, n, withoutNulls(v));
}

export const mapTrade = (trade: Trade_Ws_Backend): Trade => withoutNulls(trade);

export const mapOrderbook = (book: Orderbook_Ws_Backend): Orderbook => ({
  snapshot: true,
  ...withoutNulls(book),
});

export const mapSymbol = (symbol: SymbolInfo_Api_Backend): SymbolInfo => ({
  session_holidays: "",
  corrections: "",
  format: "price",
  data_status: "streaming",
  ...withoutNulls(symbol),
});

export const mapFoundSymbol = (found: SearchSymbolResultItem_Api_Backend): FoundSymbol =>
  withoutNulls(found);

export const mapDatafeedConfiguration = (
  configuration: DatafeedConfiguration_Api_Backend,
): DatafeedConfiguration => ({
  supports_marks: false,
  supports_timescale_marks: false,
  supports_time: true,
  ...withoutNulls(configuration),
});

// The broker

export const mapOrder = (order: PlacedOrder_Api_Backend | PlacedOrder_Ws_Backend): Order =>
  withoutNulls(order);

export const mapPosition = (position: Position_Api_Backend | Position_Ws_Backend): Position =>
  withoutNulls(position);

export const mapPositionPL = (profit: PositionPl_Ws_Backend): PositionPL => withoutNulls(profit);

export const mapExecution = (execution: Execution_Api_Backend | Execution_Ws_Backend): Execution =>
  withoutNulls(execution);

export const mapEquity = (equity: EquityData_Api_Backend | EquityData_Ws_Backend): Equity =>
  withoutNulls(equity);

export const mapBrokerConnection = (status: BrokerConnectionStatus_Ws_Backend): BrokerConnection =>
  withoutNulls(status);

export const mapAccountState = (state: AccountState_Ws_Backend): AccountState => ({
  halted: false,
  ...withoutNulls(state),
});

export const mapNotification = (
  notification: Notification_Api_Backend | Notification_Ws_Backend,
): AccountNotification => withoutNulls(notification);

export const mapAlert = (alert: Alert_Api_Backend | Alert_Ws_Backend): PriceAlert =>
  withoutNulls(alert);

export const mapNewAlert = (alert: NewPriceAlert): AlertRequest_Api_Backend => ({
  frequency: "once",
  ...alert,
});

export const mapAccount = (account: AccountMetainfo_Api_Backend): Account => ({
  type: "demo",
  kind: "paper",
  ...withoutNulls(account),
  id: account.id as AccountId,
});

export const mapKillSwitch = (state: KillSwitchState_Api_Backend): KillSwitch =>
  withoutNulls(state);

export function mapReplay(state: ReplayState_Api_Backend | ReplayState_Ws_Backend): Replay {
  const { now_ms, start_ms, end_ms, jump_to_ms, ...rest } = withoutNulls(state);
  return {
    ...rest,
    now: now_ms,
    ...(start_ms !== undefined && { start: start_ms }),
    ...(end_ms !== undefined && { end: end_ms }),
    ...(jump_to_ms !== undefined && { jumpTo: jump_to_ms }),
  };
}

export const mapInstrument = (instrument: InstrumentInfo_Api_Backend): InstrumentInfo => ({
  pipValue: 0,
  ...withoutNulls(instrument),
});

export const mapPreview = (preview: OrderPreviewResult_Api_Backend): OrderPreview =>
  withoutNulls(preview);

export const mapLeverage = (leverage: LeverageInfo_Api_Backend): LeverageInfo =>
  withoutNulls(leverage);

export const mapLeveragePreview = (preview: LeveragePreviewResult_Api_Backend): LeveragePreview =>
  withoutNulls(preview);

export const mapBrokerConfiguration = ({
  configFlags,
  durations,
  currency,
  marginWarningLevels = [],
}: BrokerConfiguration_Api_Backend): BrokerConfiguration => ({
  configFlags: withoutNulls(configFlags),
  durations: durations.map((duration) => ({
    default: false,
    hasDatePicker: false,
    hasTimePicker: false,
    ...withoutNulls(duration),
  })),
  currency,
  marginWarningLevels,
});

export const mapEquityHistory = (history: EquityHistoryData_Api_Backend): EquityHistory =>
  withoutNulls(history);

export const mapPerformanceStatistics = (
  statistics: PerformanceStatistics_Api_Backend,
): PerformanceStatistics => ({
  ...withoutNulls(statistics),
  total: withoutNulls(statistics.total),
  bySymbol: statistics.bySymbol.map(withoutNulls),
  byDay: statistics.byDay.map(withoutNulls),
});

export const mapClosedTrade = (trade: ClosedTrade_Api_Backend): ClosedTrade => ({
  isPartial: false,
  ...withoutNulls(trade),
});

export function mapCashLine({ seq, kind, amount, balance, time }: CashLine_Api_Backend): CashLine {
  return { seq, kind, amount, balance, time };
}

/** Map an error response. One of a proxy in front of the backend has no code and no detail. */
export function mapApiError(
  { status, statusText, headers }: Response,
  { code = "unknown", detail = statusText }: Partial<ErrorResponse_Api_Backend> = {},
): ApiError {
  const retryAfter = headers.get("Retry-After");
  return new ApiError(status, code, detail, retryAfter === null ? null : Number(retryAfter));
}

/** Map an error reply to a command of `type`. Its status is that of REST. */
export function mapCommandError(
  type: string,
  { code, message, retryAfter }: Omit<CommandReply, "id">,
): ApiError {
  const own = code ?? "unknown";
  return new ApiError(commandErrorStatus(type, own), own, message, retryAfter ?? null);
}

// Requests

/** Map an order, field by field, because TradingView's library adds fields of its own. */
export function mapPreOrder(order: PreOrder): PreOrder_Api_Backend {
  return withoutNulls({
    symbol: order.symbol,
    type: order.type,
    side: order.side,
    qty: order.qty,
    limitPrice: order.limitPrice,
    stopPrice: order.stopPrice,
    stopLoss: order.stopLoss,
    takeProfit: order.takeProfit,
    trailingStopPips: order.trailingStopPips,
    guaranteedStop: order.guaranteedStop,
    stopType: order.stopType,
    // The backend rejects a type of duration that it does not know.
    duration: order.duration as PreOrder_Api_Backend["duration"],
    customFields: order.customFields,
    currentQuotes: order.currentQuotes,
    seenPrice: order.seenPrice,
    isClose: order.isClose,
    clientOrderId: order.clientOrderId,
  });
}

export const mapBrackets = (brackets: Brackets): Brackets_Api_Backend =>
  withoutNulls({
    stopLoss: brackets.stopLoss,
    takeProfit: brackets.takeProfit,
    trailingStopPips: brackets.trailingStopPips,
    guaranteedStop: brackets.guaranteedStop,
  });

function quoteOf(s: "ok" | "error", n: string, v: QuoteValues): QuoteData {
  return s === "ok" ? { s, n, v } : { s, n, v: { error: "No quote" } };
}

/** `T` without nulls at any depth: a field that can be null or undefined becomes optional. */
export type WithoutNulls<T> = T extends null | undefined
  ? never
  : T extends (infer Item)[]
    ? WithoutNulls<Item>[]
    : T extends object
      ? { [K in keyof T as IsAlways<T[K], K>]: WithoutNulls<T[K]> } & {
          [K in keyof T as IsAlways<T[K], never, K>]?: WithoutNulls<T[K]>;
        }
      : T;

type IsAlways<Value, Yes, No = never> = null extends Value
  ? No
  : undefined extends Value
    ? No
    : Yes;

/** Return a copy of `value` without the fields that are null or undefined, at any depth. */
export function withoutNulls<T>(value: T): WithoutNulls<T> {
  if (Array.isArray(value)) return value.map(withoutNulls) as WithoutNulls<T>;
  if (typeof value !== "object" || value === null) return value as WithoutNulls<T>;
  const fields = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(
    fields.map(([key, item]) => [key, withoutNulls(item)]),
  ) as WithoutNulls<T>;
}
