import type { SymbolInfo } from "@trading-api/client";
import { beforeEach, expect, test, vi } from "vitest";
import { ComparedSeries } from "../src/chart/view/compared-series.ts";
import { bar, fakeDatafeed } from "./support/fake-datafeed.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

/** Return a series whose newest bar is at 10 s. Its first read of older bars fails. */
async function comparedSeries() {
  let isFailed = false;
  const datafeed = fakeDatafeed(({ firstDataRequest }, onResult, onError) => {
    if (firstDataRequest) onResult([bar(10_000)]);
    else if (isFailed) onResult([bar(5_000)]);
    else {
      isFailed = true;
      onError("offline");
    }
  });
  const onChange = vi.fn();
  const options = { guid: "compared", symbol: {} as SymbolInfo, resolution: "1S", onChange };
  const series = new ComparedSeries({ datafeed, ...options });
  await vi.waitFor(() => expect(series.bars).toHaveLength(1));
  onChange.mockClear();
  return { series, onChange };
}

test("a failed read asks for a drawing, which reads again", async () => {
  const { series, onChange } = await comparedSeries();
  await series.readBackTo(5_000);
  expect(onChange).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(onChange).toHaveBeenCalledOnce();
  await series.readBackTo(5_000);
  expect(series.bars.map(({ time }) => time)).toEqual([5_000, 10_000]);
});

test("a series that was stopped asks for no drawing", async () => {
  const { series, onChange } = await comparedSeries();
  await series.readBackTo(5_000);
  series.stop();
  vi.runAllTimers();
  expect(onChange).not.toHaveBeenCalled();
});
