import type { Bar } from "../../src/model/market.ts";

/** A chart's series: a bar of the same time replaces the last, a newer one follows, an older one breaks it. */
export class Chart {
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
