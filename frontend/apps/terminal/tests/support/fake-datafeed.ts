import type { Bar, DatafeedService, PeriodParams, SymbolInfo } from "@trading-api/client";

export const bar = (time: number): Bar => ({ time, open: 1, high: 1, low: 1, close: 1, volume: 1 });

type Answer = (
  period: PeriodParams,
  onResult: (bars: Bar[]) => void,
  onError: (reason: string) => void,
) => void;

/** Return a datafeed that answers each request for bars by `answer`, and has no live ones. */
export const fakeDatafeed = (answer: Answer): DatafeedService =>
  ({
    getBars: (_symbol: SymbolInfo, _resolution: string, ...request: Parameters<Answer>) =>
      answer(...request),
    subscribeBars: () => {},
    unsubscribeBars: () => {},
  }) as unknown as DatafeedService;
