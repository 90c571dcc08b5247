import type { Bar, SymbolInfo } from "@trading-api/client";
import { expect, test } from "vitest";
import { BarHistory } from "../src/chart/bar-history.ts";
import { bar, fakeDatafeed } from "./support/fake-datafeed.ts";

/** A datafeed that has the bars 1 to 10 s, and answers with at most 4 of them. */
function datafeed() {
  const requests: number[] = [];
  const answers: (() => void)[] = [];
  let fails = false;
  const service = fakeDatafeed(({ to }, onResult, onError) => {
    requests.push(to);
    const bars = Array.from({ length: 10 }, (_, n) => bar((n + 1) * 1_000));
    const isFailure = fails;
    answers.push(() => {
      if (isFailure) onError("offline");
      else onResult(bars.filter(({ time }) => time < to * 1_000).slice(-4));
    });
  });
  const history = new BarHistory(service, {} as SymbolInfo, "1S");
  const answer = () => answers.splice(0).map((each) => each());
  const fail = (on: boolean) => {
    fails = on;
  };
  return { history, requests, answer, fail };
}
const times = (bars: Bar[]) => bars.map(({ time }) => time / 1_000);

test("pages are read from the newest bar on, until there is none before", async () => {
  const { history, answer, requests } = datafeed();
  const read = async (page: Promise<Bar[]>) => {
    answer();
    return times(await page);
  };
  expect(await read(history.readNewest())).toEqual([7, 8, 9, 10]);
  expect(await read(history.readOlder(7_000))).toEqual([3, 4, 5, 6]);
  expect(await read(history.readOlder(3_000))).toEqual([1, 2]);
  expect(await read(history.readOlder(1_000))).toEqual([]);
  const count = requests.length;
  expect(await read(history.readOlder(1_000))).toEqual([]);
  expect(requests.length).toBe(count);
});

test("a page that was read ahead is not requested again", async () => {
  const { history, answer, requests } = datafeed();
  const ahead = history.readAhead(7_000);
  expect(history.readAhead(7_000)).toBe(ahead);
  answer();
  expect(times(await history.readOlder(7_000))).toEqual([3, 4, 5, 6]);
  expect(requests).toEqual([7]);
});

test("a page that failed is requested again", async () => {
  const { history, answer, fail, requests } = datafeed();
  fail(true);
  const failed = history.readAhead(7_000);
  answer();
  await expect(failed).rejects.toBe("offline");
  fail(false);
  const page = history.readOlder(7_000);
  answer();
  expect(times(await page)).toEqual([3, 4, 5, 6]);
  expect(requests).toEqual([7, 7]);
});
