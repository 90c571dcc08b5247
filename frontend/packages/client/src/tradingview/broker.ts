// The parts of TradingView's broker interfaces that BrokerTerminalService calls and implements.
import type {
  Account,
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
}

/** What a terminal offers its broker. An optional method is called if it is present. */
export interface BrokerHost {
  factory: { createWatchedValue<T>(value: T): WatchedValue<T> };
  orderUpdate(order: Order): void;
  positionUpdate(position: Position): void;
  executionUpdate(execution: Execution): void;
  equityUpdate(equity: number): void;
  plUpdate?(positionId: string, pl: number): void;
  connectionStatusUpdate(
    status: ConnectionStatus,
    info?: { message?: string; disconnectType?: DisconnectType },
  ): void;
  showNotification(title: string, text: string, type?: NotificationType): void;
  currentAccountUpdate?(): void;
  realtimeUpdate?(symbol: string, data: RealtimeQuote): void;
  domUpdate?(symbol: string, depth: Orderbook): void;
}

/** The known part of TradingView's TradingQuotes. */
export interface RealtimeQuote {
  trade: number;
  ask: number;
  bid: number;
  spread: number;
}

export interface AccountManagerInfo {
  accountTitle: string;
  summary: { text: string; wValue: WatchedValue<number>; formatter: string; isDefault: boolean }[];
  orderColumns: AccountManagerColumn[];
  positionColumns: AccountManagerColumn[];
  pages: [];
}

export interface AccountManagerColumn {
  id: string;
  label: string;
  dataFields: string[];
  formatter: string;
  alignment?: "left" | "right";
}

export interface BrokerTerminal {
  connectionStatus(): ConnectionStatus;
  accountManagerInfo(): AccountManagerInfo;
  accountsMetainfo(): Promise<Account[]>;
  currentAccount(): string;
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
  subscribeRealtime(symbol: string): void;
  unsubscribeRealtime(symbol: string): void;
  subscribeDOM(symbol: string): void;
  unsubscribeDOM(symbol: string): void;
}
