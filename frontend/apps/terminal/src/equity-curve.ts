import type { CashLine } from "@trading-api/client";

/** A point of the curve. `time` is in seconds, ascending and unique. */
export interface CurvePoint {
  time: number;
  value: number;
}

const POINTS_MAX = 5_000;

/** The balance after each movement of cash, then the reported equity, with one point a second. */
export class EquityCurve {
  #points: CurvePoint[] = [];
  #live: CurvePoint[] = [];
  readonly #listeners = new Set<(points: readonly CurvePoint[], isNew: boolean) => void>();

  get points(): readonly CurvePoint[] {
    return this.#points;
  }

  /** Set the past points. Live points after the last of them stay. */
  setHistory(lines: readonly CashLine[]): void {
    const past: CurvePoint[] = [];
    for (const { time, balance } of lines)
      append(past, { time: Math.floor(time / 1_000), value: balance });
    const last = past.at(-1)?.time ?? 0;
    this.#points = [...past, ...this.#live.filter(({ time }) => time > last)];
    this.#notify(true);
  }

  /** Add a live point. `ms` is the market's time in ms UTC, as that of the cash lines is. */
  add(ms: number, value: number): void {
    const point = { time: Math.floor(ms / 1_000), value };
    append(this.#live, point);
    append(this.#points, point);
    if (this.#live.length > POINTS_MAX) this.#live = this.#live.slice(-POINTS_MAX / 2);
    if (this.#points.length > POINTS_MAX) this.#points = this.#points.slice(-POINTS_MAX / 2);
    this.#notify(false);
  }

  /** Call `listener` now and with every change, until the returned function is called. */
  onChange(listener: (points: readonly CurvePoint[], isNew: boolean) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#points, true);
    return () => this.#listeners.delete(listener);
  }

  #notify(isNew: boolean): void {
    for (const listener of this.#listeners) listener(this.#points, isNew);
  }
}

/** Append a point. A point of the same or an earlier second replaces the value of the last one. */
function append(points: CurvePoint[], point: CurvePoint): void {
  const last = points.at(-1);
  if (last !== undefined && point.time <= last.time) last.value = point.value;
  else points.push({ ...point });
}
