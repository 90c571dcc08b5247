import type { Bar, DatafeedService, SymbolInfo } from "@trading-api/client";
import { beforeEach, expect, test, vi } from "vitest";
import { ComparedSeries } from "../src/chart/view/compared-series.ts";

const bar = (time: number): Bar => ({ time, open: 1, high: 1, low: 1, close: 1, volume: 1 });

beforeEach(() => {
  vi.useFakeTimers();
});

/** A series whose newest bar is at 10 s. Its reads of older bars fail as often as `failures` says. */
async function comparedSeries(failures: number) {
  let left = failures;
  const datafeed = {
    getBars(
      _symbol: SymbolInfo,
      _resolution: string,
      { firstDataRequest }: { firstDataRequest: boolean },
      onResult: (bars: Bar[]) => void,
      onError: (reason: string) => void,
    ) {
      if (firstDataRequest) return onResult([bar(10_000)]);
      left -= 1;
      if (left >= 0) onError("offline");
      else onResult([bar(5_000)]);
    },
    subscribeBars: () => {},
    unsubscribeBars: () => {},
  } as unknown as DatafeedService;
  const onChange = vi.fn();
  const options = { guid: "compared", symbol: {} as SymbolInfo, resolution: "1S", onChange };
  const series = new ComparedSeries({ datafeed, ...options });
  await vi.waitFor(() => expect(series.bars).toHaveLength(1));
  onChange.mockClear();
  return { series, onChange };
}

test("a failed read asks for a drawing, which reads again", async () => {
  const { series, onChange } = await comparedSeries(1);
  await series.readBackTo(5_000);
  expect(onChange).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(onChange).toHaveBeenCalledOnce();
  await series.readBackTo(5_000);
  expect(series.bars.map(({ time }) => time)).toEqual([5_000, 10_000]);
});

test("a series that was stopped asks for no drawing", async () => {
  const { series, onChange } = await comparedSeries(1);
  await series.readBackTo(5_000);
  series.stop();
  vi.runAllTimers();
  expect(onChange).not.toHaveBeenCalled();
});
