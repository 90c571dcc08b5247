// The broker of TradingView's library: see charting-library.d.ts.

import type { AccountId, FormatterName } from "./charting-library-common.d.ts";
import type { DOMData, IBasicDataFeed, IDatafeedQuotesApi } from "./charting-library-datafeed.d.ts";
export declare enum Side {
  Buy = 1,
  Sell = -1,
}
export declare enum OrderType {
  Limit = 1,
  Market = 2,
  Stop = 3,
  StopLimit = 4,
}
export declare enum OrderStatus {
  Canceled = 1,
  Filled = 2,
  Inactive = 3,
  Placing = 4,
  Rejected = 5,
  Working = 6,
}
export declare enum ParentType {
  Order = 1,
  Position = 2,
  IndividualPosition = 3,
}
export declare enum StopType {
  StopLoss = 0,
  TrailingStop = 1,
  GuaranteedStop = 2,
}
export declare enum ConnectionStatus {
  Connected = 1,
  Connecting = 2,
  Disconnected = 3,
  Error = 4,
}
export declare enum DisconnectType {
  LogOut = 0,
  FailedRestoring = 1,
  Offline = 2,
  APIError = 3,
  TwoFactorRequired = 4,
  CancelAuthorization = 5,
  TimeOutForAuthorization = 6,
  OauthError = 7,
  BrokenConnection = 8,
  Reconnect = 9,
  FailedSignIn = 10,
}
export declare enum NotificationType {
  Error = 0,
  Success = 1,
}
export declare enum MessageType {
  Information = "information",
  Warning = "warning",
  Error = "error",
}

interface CustomFields {
  // biome-ignore lint/suspicious/noExplicitAny: as in the library
  [key: string]: any;
}

interface OrderDuration {
  type: string;
  datetime?: number;
}

export interface PreOrder {
  symbol: string;
  type: OrderType;
  side: Side;
  qty: number;
  limitPrice?: number;
  stopPrice?: number;
  stopLoss?: number;
  takeProfit?: number;
  trailingStopPips?: number;
  guaranteedStop?: number;
  stopType?: StopType;
  duration?: OrderDuration;
  customFields?: Record<string, unknown>;
  currentQuotes?: { ask: number; bid: number };
  seenPrice?: number | null;
  isClose?: boolean;
}

export interface PlacedOrder extends CustomFields {
  id: string;
  symbol: string;
  type: OrderType;
  side: Side;
  qty: number;
  status: OrderStatus;
  limitPrice?: number;
  stopPrice?: number;
  stopLoss?: number;
  takeProfit?: number;
  trailingStopPips?: number;
  guaranteedStop?: number;
  stopType?: StopType;
  duration?: OrderDuration;
  filledQty?: number;
  avgPrice?: number;
  updateTime?: number;
  message?: { type: MessageType; text: string };
}

export interface BracketOrder extends PlacedOrder {
  parentId: string;
  parentType: ParentType;
}

export type Order = PlacedOrder | BracketOrder;

export interface Position extends CustomFields {
  id: string;
  symbol: string;
  qty: number;
  side: Side;
  avgPrice: number;
  updateTime?: number;
}

export interface Execution extends CustomFields {
  symbol: string;
  price: number;
  qty: number;
  side: Side;
  time: number;
  commission?: number;
  netAmount?: number;
}

export interface InstrumentInfo {
  qty: { min: number; max: number; step: number; default?: number };
  pipSize: number;
  pipValue: number;
  minTick: number;
  description: string;
  currency?: string;
  leverage?: string;
  allowedOrderTypes?: OrderType[];
  allowedDurations?: string[];
}

interface LeverageParams {
  symbol: string;
  orderType: OrderType;
  side: Side;
  customFields?: Record<string, unknown>;
}

export interface IWatchedValueReadonly<T> {
  value(): T;
  subscribe(callback: (value: T) => void, options?: { once?: boolean }): void;
  unsubscribe(callback?: ((value: T) => void) | null): void;
  when(callback: (value: T) => void): void;
}

export interface IWatchedValue<T> extends IWatchedValueReadonly<T> {
  setValue(value: T, forceUpdate?: boolean): void;
}

interface AccountManagerColumn {
  id: string;
  label: string;
  dataFields: string[];
  formatter?: FormatterName;
  alignment?: "left" | "right";
}

export interface AccountManagerInfo {
  accountTitle: string;
  summary: {
    text: string;
    wValue: IWatchedValueReadonly<number>;
    formatter?: FormatterName;
    isDefault?: boolean;
  }[];
  orderColumns: AccountManagerColumn[];
  positionColumns?: AccountManagerColumn[];
  pages: { id: string; title: string; tables: unknown[] }[];
}

export interface TradeContext {
  symbol: string;
  displaySymbol: string;
  value: number | null;
  formattedValue: string;
  last: number;
}

export interface ActionMetaInfo {
  text: string;
  action(): void;
}

interface Brackets {
  stopLoss?: number;
  takeProfit?: number;
  trailingStopPips?: number;
  guaranteedStop?: number;
}

export interface IBrokerTerminal {
  accountManagerInfo(): AccountManagerInfo;
  chartContextMenuActions(context: TradeContext, options?: object): Promise<ActionMetaInfo[]>;
  connectionStatus(): ConnectionStatus;
  currentAccount(): AccountId;
  setCurrentAccount?(id: AccountId): void;
  accountsMetainfo(): Promise<{ id: AccountId; name: string; currency?: string }[]>;
  executions(symbol: string): Promise<Execution[]>;
  isTradable(symbol: string): Promise<boolean | { tradable: boolean; reason?: string }>;
  orders(): Promise<Order[]>;
  ordersHistory?(): Promise<Order[]>;
  positions?(): Promise<Position[]>;
  symbolInfo(symbol: string): Promise<InstrumentInfo>;
  placeOrder(order: PreOrder, confirmId?: string): Promise<{ orderId?: string }>;
  previewOrder?(order: PreOrder): Promise<{
    sections: { header?: string; rows: { title: string; value: string }[] }[];
    confirmId?: string;
    warnings?: string[];
    errors?: string[];
  }>;
  modifyOrder(order: Order, confirmId?: string): Promise<void>;
  cancelOrder(orderId: string): Promise<void>;
  cancelOrders(symbol: string, side: Side | undefined, ordersIds: string[]): Promise<void>;
  closePosition?(positionId: string, amount?: number, confirmId?: string): Promise<void>;
  reversePosition?(positionId: string): Promise<void>;
  editPositionBrackets?(
    positionId: string,
    brackets: Brackets,
    customFields?: Record<string, unknown>,
  ): Promise<void>;
  leverageInfo?(params: LeverageParams): Promise<{
    title: string;
    leverage: number;
    min: number;
    max: number;
    step: number;
  }>;
  setLeverage?(params: LeverageParams & { leverage: number }): Promise<{ leverage: number }>;
  previewLeverage?(params: LeverageParams & { leverage: number }): Promise<{
    infos?: string[];
    warnings?: string[];
    errors?: string[];
  }>;
  subscribeEquity?(): void;
  unsubscribeEquity?(): void;
  subscribeMarginAvailable?(symbol: string): void;
  unsubscribeMarginAvailable?(symbol: string): void;
  subscribeRealtime(symbol: string): void;
  unsubscribeRealtime(symbol: string): void;
  subscribeDOM?(symbol: string): void;
  unsubscribeDOM?(symbol: string): void;
}

export interface IBrokerConnectionAdapterHost {
  factory: { createWatchedValue<T>(value?: T): IWatchedValue<T> };
  defaultContextMenuActions(context: TradeContext, params?: object): Promise<ActionMetaInfo[]>;
  orderUpdate(order: Order): void;
  positionUpdate(position: Position, isHistoryUpdate?: boolean): void;
  executionUpdate(execution: Execution): void;
  equityUpdate(equity: number): void;
  marginAvailableUpdate(marginAvailable: number): void;
  plUpdate(positionId: string, pl: number): void;
  realtimeUpdate(
    symbol: string,
    data: { trade?: number; bid?: number; ask?: number; spread?: number },
  ): void;
  domUpdate(symbol: string, data: DOMData): void;
  connectionStatusUpdate(
    status: ConnectionStatus,
    info?: { message?: string; disconnectType?: DisconnectType },
  ): void;
  currentAccountUpdate(): void;
  showNotification(title: string, text: string, type?: NotificationType): void;
}

export interface TradingTerminalWidgetOptions {
  datafeed: IBasicDataFeed & IDatafeedQuotesApi;
  broker_factory?(host: IBrokerConnectionAdapterHost): IBrokerTerminal;
  broker_config?: {
    configFlags: Partial<
      Record<"supportMargin" | "supportPLUpdate" | "supportOrderBrackets", boolean>
    >;
    durations?: {
      name: string;
      value: string;
      default?: boolean;
      hasDatePicker?: boolean;
      hasTimePicker?: boolean;
      supportedOrderTypes?: OrderType[];
    }[];
  };
}

/** The members that a broker must have where its flags say so. */
export type RequiredWithMargin = Required<
  Pick<IBrokerTerminal, "subscribeMarginAvailable" | "unsubscribeMarginAvailable">
>;
