import type { CashLine } from "@trading-api/client";

/** `time` is in seconds, ascending and unique. */
export interface CurvePoint {
  time: number;
  value: number;
}

const POINTS_MAX = 5_000;

/** The balance after each movement of cash, then the equity as it is told, one point a second. */
export class EquityCurve {
  #points: CurvePoint[] = [];
  #live: CurvePoint[] = [];
  readonly #listeners = new Set<(points: readonly CurvePoint[], isNew: boolean) => void>();

  get points(): readonly CurvePoint[] {
    return this.#points;
  }

  begin(lines: readonly CashLine[]): void {
    const past: CurvePoint[] = [];
    for (const { time, balance } of lines)
      append(past, { time: Math.floor(time / 1_000), value: balance });
    const last = past.at(-1)?.time ?? 0;
    this.#points = [...past, ...this.#live.filter(({ time }) => time > last)];
    this.#tell(true);
  }

  add(ms: number, value: number): void {
    const point = { time: Math.floor(ms / 1_000), value };
    append(this.#live, point);
    append(this.#points, point);
    if (this.#points.length > POINTS_MAX) this.#points = this.#points.slice(-POINTS_MAX / 2);
    this.#tell(false);
  }

  onChange(listener: (points: readonly CurvePoint[], isNew: boolean) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#points, true);
    return () => this.#listeners.delete(listener);
  }

  #tell(isNew: boolean): void {
    for (const listener of this.#listeners) listener(this.#points, isNew);
  }
}

/** A second has one point, its last. */
function append(points: CurvePoint[], point: CurvePoint): void {
  const last = points.at(-1);
  if (last !== undefined && point.time <= last.time) last.value = point.value;
  else points.push({ ...point });
}
