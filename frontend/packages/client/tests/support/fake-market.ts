import type { FeedTypes } from "../../src/feeds.ts";
import type { Bar, History } from "../../src/model/market.ts";
import type { HistoryRange, MarketRest } from "../../src/rest-client.ts";
import { WsFallback } from "../../src/ws-fallback.ts";

/** Market data of the test: `bars` are the history, and `publish` sends a live bar. */
export class FakeMarket {
  bars: Bar[] = [];
  readonly requests: HistoryRange[] = [];
  /** Each of them is thrown by one request. */
  readonly faults: Error[] = [];
  publish: (bar: Bar) => void = () => {};
  listeners = 0;

  readonly feeds = new WsFallback({
    bars: (_: FeedTypes["bars"]["subscription"], publish) => {
      this.publish = publish;
      this.listeners += 1;
      return () => {
        this.listeners -= 1;
      };
    },
  });

  readonly rest = {
    history: async (
      _symbol: string,
      _resolution: string,
      range: HistoryRange,
    ): Promise<History> => {
      this.requests.push(range);
      const fault = this.faults.shift();
      if (fault !== undefined) throw fault;
      const isInside = ({ time }: Bar) => time >= range.from * 1_000 && time < range.to * 1_000;
      return { bars: this.bars.filter(isInside), noData: false };
    },
  } as unknown as MarketRest;
}
