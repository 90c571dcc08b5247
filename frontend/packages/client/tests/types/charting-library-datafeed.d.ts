// The datafeed of TradingView's library: see charting-library.d.ts.

import type { ResolutionString, Timezone } from "./charting-library-common.d.ts";

export interface DatafeedConfiguration {
  exchanges?: { value: string; name: string; desc: string }[];
  symbols_types?: { name: string; value: string }[];
  supported_resolutions?: ResolutionString[];
  supports_marks?: boolean;
  supports_timescale_marks?: boolean;
  supports_time?: boolean;
  currency_codes?: (string | { id: string; code: string })[];
  units?: Record<string, { id: string; name: string; description: string }[]>;
}

export interface LibrarySymbolInfo {
  name: string;
  description: string;
  exchange: string;
  listed_exchange: string;
  type: string;
  session: string;
  timezone: Timezone;
  minmov: number;
  pricescale: number;
  format: "price" | "volume";
  ticker?: string;
  session_holidays?: string;
  corrections?: string;
  has_intraday?: boolean;
  has_seconds?: boolean;
  seconds_multipliers?: string[];
  has_daily?: boolean;
  has_weekly_and_monthly?: boolean;
  intraday_multipliers?: string[];
  supported_resolutions?: ResolutionString[];
  volume_precision?: number;
  data_status?: "streaming" | "endofday" | "delayed_streaming";
  currency_code?: string;
  expired?: boolean;
  expiration_date?: number;
}

export interface SearchSymbolResultItem {
  symbol: string;
  full_name?: string;
  description: string;
  exchange: string;
  ticker?: string;
  type: string;
}

export interface Bar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume?: number;
}

export interface DatafeedQuoteValues {
  lp?: number;
  ask?: number;
  bid?: number;
  spread?: number;
  open_price?: number;
  high_price?: number;
  low_price?: number;
  prev_close_price?: number;
  volume?: number;
  ch?: number;
  chp?: number;
  short_name?: string;
  exchange?: string;
  description?: string;
  original_name?: string;
  [name: string]: string | number | string[] | number[] | undefined;
}

export type QuoteData =
  | { s: "ok"; n: string; v: DatafeedQuoteValues }
  | { s: "error"; n: string; v: object };

export interface DOMData {
  snapshot: boolean;
  asks: { price: number; volume: number }[];
  bids: { price: number; volume: number }[];
}

type ErrorCallback = (reason: string) => void;

export interface IBasicDataFeed {
  onReady(callback: (configuration: DatafeedConfiguration) => void): void;
  searchSymbols(
    userInput: string,
    exchange: string,
    symbolType: string,
    onResult: (items: SearchSymbolResultItem[]) => void,
  ): void;
  resolveSymbol(
    symbolName: string,
    onResolve: (symbolInfo: LibrarySymbolInfo) => void,
    onError: ErrorCallback,
    extension?: { currencyCode?: string; unitId?: string; session?: string },
  ): void;
  getBars(
    symbolInfo: LibrarySymbolInfo,
    resolution: ResolutionString,
    period: { from: number; to: number; countBack: number; firstDataRequest: boolean },
    onResult: (bars: Bar[], meta?: { noData?: boolean; nextTime?: number | null }) => void,
    onError: ErrorCallback,
  ): void;
  subscribeBars(
    symbolInfo: LibrarySymbolInfo,
    resolution: ResolutionString,
    onTick: (bar: Bar) => void,
    listenerGuid: string,
    onResetCacheNeeded: () => void,
  ): void;
  unsubscribeBars(listenerGuid: string): void;
  getServerTime?(callback: (unixTime: number) => void): void;
  subscribeDepth?(symbol: string, callback: (data: DOMData) => void): string;
  unsubscribeDepth?(subscriberUid: string): void;
}

export interface IDatafeedQuotesApi {
  getQuotes(
    symbols: string[],
    onData: (data: QuoteData[]) => void,
    onError: (reason: string) => void,
  ): void;
  subscribeQuotes(
    symbols: string[],
    fastSymbols: string[],
    onRealtime: (data: QuoteData[]) => void,
    listenerGuid: string,
  ): void;
  unsubscribeQuotes(listenerGuid: string): void;
}
