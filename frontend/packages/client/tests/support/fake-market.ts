import type { FeedTypes } from "../../src/feeds.ts";
import type { Bar, History } from "../../src/model/market.ts";
import type { HistoryRange, MarketRest } from "../../src/rest-client.ts";
import { WsFallback } from "../../src/ws-fallback.ts";

/** History that a test writes, and a feed that it speaks through. */
export class FakeMarket {
  bars: Bar[] = [];
  readonly asked: HistoryRange[] = [];
  /** Thrown as often as there are some. */
  readonly faults: Error[] = [];
  tell: (bar: Bar) => void = () => {};
  listeners = 0;

  readonly feeds = new WsFallback({
    bars: (_: FeedTypes["bars"]["subscription"], tell) => {
      this.tell = tell;
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
      window: HistoryRange,
    ): Promise<History> => {
      this.asked.push(window);
      const fault = this.faults.shift();
      if (fault !== undefined) throw fault;
      const isInside = ({ time }: Bar) => time >= window.from * 1_000 && time < window.to * 1_000;
      return { bars: this.bars.filter(isInside), noData: false };
    },
  } as unknown as MarketRest;
}
