// The numbers are TradingView's. They are constants and not enums, so that types can be erased.

export const Side = { Buy: 1, Sell: -1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

export const OrderType = { Limit: 1, Market: 2, Stop: 3, StopLimit: 4 } as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];

export const OrderStatus = {
  Canceled: 1,
  Filled: 2,
  Inactive: 3,
  Placing: 4,
  Rejected: 5,
  Working: 6,
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];

export const StopType = { StopLoss: 0, TrailingStop: 1, GuaranteedStop: 2 } as const;
export type StopType = (typeof StopType)[keyof typeof StopType];

export const ParentType = { Order: 1, Position: 2, IndividualPosition: 3 } as const;
export type ParentType = (typeof ParentType)[keyof typeof ParentType];

export const ConnectionStatus = { Connected: 1, Connecting: 2, Disconnected: 3, Error: 4 } as const;
export type ConnectionStatus = (typeof ConnectionStatus)[keyof typeof ConnectionStatus];

export const DisconnectType = {
  LogOut: 0,
  FailedRestoring: 1,
  Offline: 2,
  APIError: 3,
  TwoFactorRequired: 4,
  CancelAuthorization: 5,
  TimeOutForAuthorization: 6,
  OauthError: 7,
  BrokenConnection: 8,
  Reconnect: 9,
  FailedSignIn: 10,
} as const;
export type DisconnectType = (typeof DisconnectType)[keyof typeof DisconnectType];

export const NotificationType = { Error: 0, Success: 1 } as const;
export type NotificationType = (typeof NotificationType)[keyof typeof NotificationType];

export type DurationType = "DAY" | "GTC" | "GTD" | "IOC" | "FOK";

/** How long an order works: a `DurationType`. `datetime` is its end in ms UTC, for GTD. */
export interface OrderDuration {
  type: string;
  datetime?: number;
}

/** An order to place. Prices are in the symbol's currency. */
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
  seenPrice?: number;
  isClose?: boolean;
  clientOrderId?: string;
}

/** A message about an order. `type` is `information`, `warning` or `error`. */
export interface OrderMessage {
  // biome-ignore lint/suspicious/noExplicitAny: TradingView's is an enum, to which no string is assignable
  type: any;
  text: string;
}

/** A placed order. `updateTime` is in ms UTC, and `version` grows with every change. */
export interface Order {
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
  message?: OrderMessage;
  parentId?: string;
  parentType?: ParentType;
  clientOrderId?: string;
  version?: number;
  /** Whether the order only reduces the position, without being a bracket of it. */
  isClose?: boolean;
}

/**
 * A netting position. `id` is its symbol. `qty` is positive, or 0 once it is closed. `pl` is the
 * open profit in the account's currency.
 */
export interface Position {
  id: string;
  symbol: string;
  qty: number;
  side: Side;
  avgPrice: number;
  updateTime?: number;
  pl?: number;
  takeProfit?: number;
  stopLoss?: number;
}

/**
 * The open profit of a position at `price`, at which it could be closed now. `pl` is in the account's
 * currency, and `plPercent` is in percent of what the position cost.
 */
export interface PositionPL {
  symbol: string;
  pl: number;
  plPercent: number;
  price: number;
}

/**
 * A fill. `id` is unique in the account, and `time` is in ms UTC. `netAmount` is the moved cash:
 * realised profit less commission.
 */
export interface Execution {
  id?: string;
  symbol: string;
  price: number;
  qty: number;
  side: Side;
  time: number;
  commission?: number;
  netAmount?: number;
  orderId?: string;
}

/**
 * The figures of an account, in its currency. `freeMargin` is equity less the used margin.
 * `deposited` is what was paid in since the opening or the last reset, with the first balance.
 * `seq` is the number of the account's last event.
 */
export interface Equity {
  equity: number;
  balance: number;
  unrealizedPL: number;
  realizedPL: number;
  usedMargin?: number;
  freeMargin?: number;
  deposited?: number;
  seq?: number;
}

/**
 * A movement of cash. The balance is the sum of all amounts. `seq` is the number of its event, and
 * `time` is in ms UTC.
 */
export interface CashLine {
  seq: number;
  kind: string;
  amount: number;
  balance: number;
  time: number;
}

export interface BrokerConnection {
  status: ConnectionStatus;
  message?: string;
  disconnectType?: DisconnectType;
  timestamp: number;
}

/**
 * The figures of an account, in its currency. `marginLevel` is equity in percent of the used margin,
 * and missing without any. `realizedPLToday` is that of the UTC day. `halted` is whether trading is
 * halted.
 */
export interface AccountState {
  balance: number;
  equity: number;
  usedMargin: number;
  freeMargin: number;
  marginLevel?: number;
  openPL: number;
  realizedPLToday: number;
  currency: string;
  halted: boolean;
  /** The equity below which positions are closed by force, where the server does that. */
  maintenanceMargin?: number;
}

/**
 * What happened on an account, for its owner. `id` is the number of its event, `message` is for
 * people, and programs use `code` and `reference`. `time` is in ms UTC.
 */
export interface AccountNotification {
  id: number;
  severity: "info" | "warning" | "critical";
  code: string;
  message: string;
  reference: Record<string, string | number>;
  time: number;
}

/** A price alert. `status` is `deleted` once it was deleted. Times are in ms UTC. */
export interface PriceAlert {
  id: string;
  accountId: string;
  symbol: string;
  price: number;
  condition: "up" | "down" | "either";
  frequency: "once" | "repeating";
  status: string;
  firings: number;
  createdMs: number;
  expiresMs?: number;
  message?: string;
  lastFired?: { direction: "up" | "down"; price: number; time: number };
}

/** What a new alert waits for. It fires `once` by default. */
export type NewPriceAlert = Pick<PriceAlert, "symbol" | "price" | "condition"> &
  Partial<Pick<PriceAlert, "frequency" | "expiresMs" | "message">>;

/** The id of an account, with the type that TradingView's library gives it. */
export type AccountId = string & { [Symbol.species]: "AccountId" };

/** Whether the account's money is real. */
export type AccountKind = "paper" | "live";

/** Whether the account's trading is halted, and why. `time` is when that was set, in ms UTC. */
export interface KillSwitch {
  on: boolean;
  reason?: string;
  time?: number;
}

export interface Account {
  id: AccountId;
  name: string;
  type: string;
  kind: AccountKind;
  currency: string;
}

export interface Brackets {
  stopLoss?: number;
  takeProfit?: number;
  trailingStopPips?: number;
  guaranteedStop?: number;
}

export interface InstrumentInfo {
  qty: { min: number; max: number; step: number; default: number };
  pipSize: number;
  /** The value of a pip of one unit in the account's currency, or 0 where it is not known. */
  pipValue: number;
  minTick: number;
  description: string;
  currency: string;
  leverage: string;
  allowedOrderTypes: OrderType[];
  allowedDurations: DurationType[];
}

export interface DurationInfo {
  name: string;
  value: DurationType;
  default: boolean;
  hasDatePicker: boolean;
  hasTimePicker: boolean;
  supportedOrderTypes: OrderType[];
}

/** What the broker supports. `configFlags` are TradingView's, and true only where they work. */
export interface BrokerConfiguration {
  configFlags: Record<string, boolean>;
  durations: DurationInfo[];
  currency: string;
  /** The margin levels below which the account is warned, in percent, descending. */
  marginWarningLevels: number[];
}

export interface OrderPreview {
  sections: { header?: string; rows: { title: string; value: string }[] }[];
  confirmId?: string;
  warnings?: string[];
  errors?: string[];
}

export interface LeverageParams {
  symbol: string;
  orderType: OrderType;
  side: Side;
}

export interface LeverageInfo {
  title: string;
  leverage: number;
  min: number;
  max: number;
  step: number;
}

export interface LeveragePreview {
  infos?: string[];
  warnings?: string[];
  errors?: string[];
}

/** Return whether an order with this status can still be filled. */
export const isLive = (status: OrderStatus): boolean =>
  status === OrderStatus.Working ||
  status === OrderStatus.Inactive ||
  status === OrderStatus.Placing;
