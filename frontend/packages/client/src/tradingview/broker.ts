// The parts of TradingView's broker interfaces that BrokerTerminalService calls and implements.
import type {
  Account,
  AccountId,
  Brackets,
  ConnectionStatus,
  DisconnectType,
  Execution,
  InstrumentInfo,
  LeverageInfo,
  LeverageParams,
  LeveragePreview,
  NotificationType,
  Order,
  OrderPreview,
  Position,
  PreOrder,
  Side,
} from "../model/broker.ts";
import type { Orderbook } from "../model/market.ts";

export interface WatchedValue<T> {
  value(): T;
  setValue(value: T): void;
  /** Call `listener` with every change, or with the next one alone. */
  subscribe(listener: (value: T) => void, options?: { once?: boolean }): void;
  /** Remove a listener; without an argument all of them. */
  unsubscribe(listener?: ((value: T) => void) | null): void;
  /** Call `listener` once: now if the value is truthy, else as soon as it is. */
  when(listener: (value: T) => void): void;
}

/**
 * What a terminal offers its broker. An optional method is called if it is present. `Action` is the
 * host's type of an entry of a context menu.
 */
export interface BrokerHost<Action = never> {
  factory: { createWatchedValue<T>(value: T): WatchedValue<T> };
  orderUpdate(order: Order): void;
  positionUpdate(position: Position): void;
  executionUpdate(execution: Execution): void;
  equityUpdate(equity: number): void;
  marginAvailableUpdate?(marginAvailable: number): void;
  plUpdate?(positionId: string, pl: number): void;
  connectionStatusUpdate(
    status: ConnectionStatus,
    info?: { message?: string; disconnectType?: DisconnectType },
  ): void;
  showNotification(title: string, text: string, type?: NotificationType): void;
  currentAccountUpdate?(): void;
  realtimeUpdate?(symbol: string, data: RealtimeQuote): void;
  domUpdate?(symbol: string, depth: Orderbook): void;
  defaultContextMenuActions?(context: unknown, options?: unknown): Promise<Action[]>;
}

/** The known part of TradingView's TradingQuotes. */
export interface RealtimeQuote {
  trade: number;
  ask: number;
  bid: number;
  spread: number;
}

/** The name of a formatter, with the type that TradingView's library gives it. */
export type FormatterName = string & { [Symbol.species]: "FormatterName" };

export interface AccountManagerInfo {
  accountTitle: string;
  summary: {
    text: string;
    wValue: WatchedValue<number>;
    formatter: FormatterName;
    isDefault: boolean;
  }[];
  orderColumns: AccountManagerColumn[];
  positionColumns: AccountManagerColumn[];
  pages: [];
}

export interface AccountManagerColumn {
  id: string;
  label: string;
  dataFields: string[];
  formatter: FormatterName;
  alignment?: "left" | "right";
}

export interface BrokerTerminal<Action = never> {
  /** Return the entries of the chart's context menu. */
  chartContextMenuActions(context: unknown, options?: unknown): Promise<Action[]>;
  connectionStatus(): ConnectionStatus;
  accountManagerInfo(): AccountManagerInfo;
  accountsMetainfo(): Promise<Account[]>;
  currentAccount(): AccountId;
  setCurrentAccount(id: string): void;
  isTradable(symbol: string): Promise<{ tradable: boolean; reason?: string }>;
  symbolInfo(symbol: string): Promise<InstrumentInfo>;
  orders(): Promise<Order[]>;
  ordersHistory(): Promise<Order[]>;
  positions(): Promise<Position[]>;
  executions(symbol: string): Promise<Execution[]>;
  placeOrder(order: PreOrder, confirmId?: string): Promise<{ orderId: string }>;
  previewOrder(order: PreOrder): Promise<OrderPreview>;
  modifyOrder(order: Order, confirmId?: string): Promise<void>;
  cancelOrder(orderId: string): Promise<void>;
  cancelOrders(symbol: string, side: Side | undefined, orderIds: string[]): Promise<void>;
  closePosition(positionId: string, amount?: number, confirmId?: string): Promise<void>;
  reversePosition(positionId: string): Promise<void>;
  editPositionBrackets(
    positionId: string,
    brackets: Brackets,
    customFields?: Record<string, unknown>,
  ): Promise<void>;
  leverageInfo(params: LeverageParams): Promise<LeverageInfo>;
  setLeverage(params: LeverageParams & { leverage: number }): Promise<{ leverage: number }>;
  previewLeverage(params: LeverageParams & { leverage: number }): Promise<LeveragePreview>;
  subscribeEquity(): void;
  unsubscribeEquity(): void;
  subscribeMarginAvailable(symbol: string): void;
  unsubscribeMarginAvailable(symbol: string): void;
  subscribeRealtime(symbol: string): void;
  unsubscribeRealtime(symbol: string): void;
  subscribeDOM(symbol: string): void;
  unsubscribeDOM(symbol: string): void;
}
