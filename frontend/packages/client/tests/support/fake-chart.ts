import type { Bar } from "../../src/model/market.ts";

/**
 * The series of a chart. A bar with the time of the last one replaces it, a newer bar follows it,
 * and an older bar is an error.
 */
export class FakeChart {
  readonly bars: Bar[];

  constructor(history: Bar[]) {
    this.bars = [...history];
  }

  get last(): Bar {
    return this.bars.at(-1) as Bar;
  }

  readonly update = (bar: Bar): void => {
    if (bar.time < this.last.time)
      throw new Error(`time violation: ${bar.time} < ${this.last.time}`);
    if (bar.time === this.last.time) this.bars.pop();
    this.bars.push(bar);
  };
}
