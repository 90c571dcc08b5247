/** A bar. `time` is its start in ms UTC. Prices are in the symbol's currency. */
export interface Bar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/**
 * The bars of a range. If there are none, `nextTime` is the time of the next older bar. `noData` is
 * true if there is no older one.
 */
export interface History {
  bars: Bar[];
  noData: boolean;
  nextTime?: number;
}

/** A type and not an interface, because TradingView's has an index signature. */
export type QuoteValues = {
  lp: number;
  ask: number;
  bid: number;
  spread: number;
  open_price: number;
  high_price: number;
  low_price: number;
  prev_close_price: number;
  volume: number;
  ch: number;
  chp: number;
  short_name: string;
  exchange: string;
  description: string;
  original_name: string;
};

/** A quote or its error. `n` is the name exactly as it was requested. */
export type QuoteData =
  | { s: "ok"; n: string; v: QuoteValues }
  | { s: "error"; n: string; v: { error: string } };

/** A trade. `side` is that of the aggressor, and absent if it is unknown. */
export interface Trade {
  symbol: string;
  price: number;
  qty: number;
  time: number;
  side?: 1 | -1;
}

export interface OrderbookLevel {
  price: number;
  volume: number;
}

/** An order book. Both sides ascend by price, so the last bid and the first ask are the best. */
export interface Orderbook {
  snapshot: boolean;
  asks: OrderbookLevel[];
  bids: OrderbookLevel[];
}

export interface SymbolInfo {
  name: string;
  ticker: string;
  description: string;
  exchange: string;
  listed_exchange: string;
  type: string;
  session: string;
  timezone: string;
  session_holidays: string;
  corrections: string;
  minmov: number;
  pricescale: number;
  format: "price" | "volume";
  has_intraday: boolean;
  has_seconds: boolean;
  seconds_multipliers: string[];
  has_daily: boolean;
  has_weekly_and_monthly: boolean;
  supported_resolutions: string[];
  volume_precision: number;
  data_status: "streaming" | "endofday" | "delayed_streaming";
  currency_code: string;
}

export interface FoundSymbol {
  symbol: string;
  full_name: string;
  description: string;
  exchange: string;
  ticker: string;
  type: string;
}

/** What the time of the market does. Times are in ms. */
export interface Replay {
  source: "replay" | "simulator" | "live";
  /** A live market follows the wall clock, and is not controlled. */
  state: "playing" | "paused" | "ended" | "live";
  /** Whether the market can be paused and moved forward. If not, `reason` says why. */
  controllable: boolean;
  reason?: string;
  speed: number;
  now: number;
  start?: number;
  end?: number;
  /** Where the jump that is under way ends. */
  jumpTo?: number;
}

export interface DatafeedConfiguration {
  exchanges: { value: string; name: string; desc: string }[];
  symbols_types: { name: string; value: string }[];
  supported_resolutions: string[];
  supports_marks: boolean;
  supports_timescale_marks: boolean;
  supports_time: boolean;
}
