import { expect } from "vitest";
import type { Bar, History } from "../../src/model/market.ts";
import type { TradingClient } from "../../src/trading-client.ts";
import type { FakeChart } from "./fake-chart.ts";

export const SYMBOL = { name: "BTCUSD", ticker: "BTCUSD" };

/** Read bars as a chart does on its first request. `from` and `to` are in seconds. */
export function readHistory(
  { datafeed }: TradingClient,
  resolution: string,
  from: number,
  to: number,
  countBack = 0,
): Promise<History> {
  return new Promise((resolve, reject) => {
    const period = { from, to, countBack, firstDataRequest: true };
    datafeed.getBars(
      SYMBOL,
      resolution,
      period,
      (bars, { noData = false }) => resolve({ bars, noData }),
      reject,
    );
  });
}

/** Expect the closed bars of a chart to equal the history. The last bar is still forming. */
export async function expectToEqualHistory(client: TradingClient, chart: FakeChart): Promise<void> {
  const [first, last] = [chart.bars[0] as Bar, chart.last];
  const { bars } = await readHistory(client, "1S", first.time / 1_000, last.time / 1_000);
  expect(chart.bars.slice(0, -1)).toEqual(bars);
}
