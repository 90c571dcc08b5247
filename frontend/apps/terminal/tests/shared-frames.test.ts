import { expect, test } from "vitest";
import { SharedFrames } from "../src/chart/shared-frames.ts";

/** Frames that a test runs, with charts that are updated all the time. */
class Page {
  nowMs = 0;
  readonly drawn: string[][] = [];
  #callback: ((nowMs: number) => void) | null = null;
  readonly #frames = new SharedFrames((callback) => {
    this.#callback = callback;
  });
  #now: string[] = [];

  add(chart: string): void {
    this.#frames.request(() => {
      this.#now.push(chart);
      this.add(chart);
    });
  }

  once(chart: string): void {
    this.#frames.request(() => this.#now.push(chart));
  }

  frame(afterMs: number): string[] {
    this.nowMs += afterMs;
    const callback = this.#callback;
    this.#callback = null;
    this.#now = [];
    callback?.(this.nowMs);
    this.drawn.push(this.#now);
    return this.#now;
  }
}

const CHARTS = ["a", "b", "c", "d"];

test("a fast page draws all charts at each frame", () => {
  const page = new Page();
  for (const chart of CHARTS) page.add(chart);
  for (let frame = 0; frame < 5; frame += 1) expect(page.frame(16)).toEqual(CHARTS);
});

test("a slow page draws fewer charts at a frame, each in its turn", () => {
  const page = new Page();
  for (const chart of CHARTS) page.add(chart);
  page.frame(16);
  for (let frame = 0; frame < 3; frame += 1) page.frame(40);
  const turns = CHARTS.flatMap(() => page.frame(40));
  expect(turns.toSorted()).toEqual(CHARTS);
});

test("a page that is fast again draws all charts again", () => {
  const page = new Page();
  for (const chart of CHARTS) page.add(chart);
  for (let frame = 0; frame < 8; frame += 1) page.frame(40);
  expect(page.frame(40).length).toBe(1);
  for (let frame = 0; frame < 12; frame += 1) page.frame(16);
  expect(page.frame(16).length).toBe(4);
});

test("a pause without updates does not count as a slow frame", () => {
  const page = new Page();
  for (const chart of CHARTS) page.once(chart);
  expect(page.frame(16)).toEqual(CHARTS);
  expect(page.frame(16)).toEqual([]);
  page.nowMs += 5_000;
  for (const chart of CHARTS) page.once(chart);
  expect(page.frame(16)).toEqual(CHARTS);
  for (const chart of CHARTS) page.once(chart);
  expect(page.frame(16)).toEqual(CHARTS);
});

test("every requested drawing is done, whatever the speed of the frames", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const page = new Page();
  let requested = 0;
  for (let frame = 0; frame < 500; frame += 1) {
    for (let n = Math.floor(random() * 5); n > 0; n -= 1) {
      page.once("x");
      requested += 1;
    }
    page.frame(random() < 0.5 ? 16 : 50);
  }
  for (let frame = 0; frame < 2_000; frame += 1) page.frame(16);
  expect(page.drawn.flat().length).toBe(requested);
});
