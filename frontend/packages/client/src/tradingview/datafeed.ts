// The parts of TradingView's datafeed interfaces that DatafeedService implements.
import type {
  Bar,
  DatafeedConfiguration,
  FoundSymbol,
  Orderbook,
  QuoteData,
  SymbolInfo,
} from "../model/market.ts";

/** A range in seconds. `to` is exclusive, and `countBack` has precedence over `from`. */
export interface PeriodParams {
  from: number;
  to: number;
  countBack: number;
  firstDataRequest: boolean;
}

export interface HistoryMetadata {
  noData?: boolean;
  nextTime?: number | null;
}

export type OnError = (reason: string) => void;

/** The fields of a LibrarySymbolInfo that are read. */
export interface ResolvedSymbol {
  name: string;
  ticker?: string;
}

/** A resolution, with the type that TradingView's library gives it. */
export type ResolutionString = string & { [Symbol.species]: "ResolutionString" };

/** A DatafeedConfiguration that the library's callback accepts. */
export type LibraryConfiguration = Omit<DatafeedConfiguration, "supported_resolutions"> & {
  supported_resolutions: ResolutionString[];
};

/** A SymbolInfo that the library's callback accepts. */
export type LibrarySymbol = Omit<SymbolInfo, "supported_resolutions" | "timezone"> & {
  supported_resolutions: ResolutionString[];
  // biome-ignore lint/suspicious/noExplicitAny: the library's is a list of zones, and this any zone
  timezone: any;
};

export interface Datafeed {
  onReady(callback: (configuration: LibraryConfiguration) => void): void;
  searchSymbols(
    userInput: string,
    exchange: string,
    symbolType: string,
    onResult: (found: FoundSymbol[]) => void,
  ): void;
  resolveSymbol(
    symbolName: string,
    onResolve: (symbol: LibrarySymbol) => void,
    onError: OnError,
  ): void;
  getBars(
    symbol: ResolvedSymbol,
    resolution: string,
    period: PeriodParams,
    onResult: (bars: Bar[], meta: HistoryMetadata) => void,
    onError: OnError,
  ): void;
  subscribeBars(
    symbol: ResolvedSymbol,
    resolution: string,
    onTick: (bar: Bar) => void,
    listenerGuid: string,
    onResetCacheNeeded: () => void,
  ): void;
  unsubscribeBars(listenerGuid: string): void;
  getServerTime(callback: (unixTime: number) => void): void;
  getQuotes(symbols: string[], onData: (quotes: QuoteData[]) => void, onError: OnError): void;
  subscribeQuotes(
    symbols: string[],
    fastSymbols: string[],
    onData: (quotes: QuoteData[]) => void,
    listenerGuid: string,
  ): void;
  unsubscribeQuotes(listenerGuid: string): void;
  subscribeDepth(symbol: string, callback: (depth: Orderbook) => void): string;
  unsubscribeDepth(subscriberUid: string): void;
}
