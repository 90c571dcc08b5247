import type { DailyEquity, EquityHistory } from "@trading-api/client";
import type { CurvePoint } from "./session-curve.ts";

export const DAY_MS = 86_400_000;
const CENT = 0.01;

/**
 * The equity at a time in ms UTC. `deposits` is what was paid in since the start. `drawdown` is how
 * far equity less deposits is below its highest value so far.
 */
export interface EquityPoint {
  time: number;
  equity: number;
  deposits: number;
  drawdown: number;
  drawdownPercent: number;
}

/** What a curve shows: a range of days, or the time since the page was loaded. */
export type CurveRange = "session" | "week" | "month" | "quarter" | "year" | "all";

export const CURVE_RANGES: readonly CurveRange[] = [
  "session",
  "week",
  "month",
  "quarter",
  "year",
  "all",
];

const DAYS: Record<CurveRange, number> = {
  session: 0,
  week: 7,
  month: 30,
  quarter: 91,
  year: 365,
  all: Number.POSITIVE_INFINITY,
};

/** Return the first day of a range that ends at `now`, or undefined for all days. */
export function rangeStart(range: CurveRange, now: number): number | undefined {
  const days = DAYS[range];
  if (!Number.isFinite(days)) return undefined;
  return Math.max(0, Math.floor(now / DAY_MS) - days) * DAY_MS;
}

/**
 * Return the start of the figures, each whole day at its end, and then the equity of this session.
 * Deposits do not count as gains: the drawdown is that of equity less deposits.
 */
export function equitySeries(
  history: EquityHistory,
  session: readonly CurvePoint[],
): EquityPoint[] {
  const present = history.points.at(-1);
  if (present === undefined) return [];
  const points: EquityPoint[] = [];
  // What was held before older events were removed is not part of the balance.
  if (history.startTime !== undefined && history.startReason !== "removed") {
    points.push({
      time: history.startTime,
      equity: history.startBalance,
      deposits: 0,
      drawdown: 0,
      drawdownPercent: 0,
    });
  }
  for (const day of history.points.slice(0, -1)) {
    points.push({ ...pointOf(day), time: day.time + DAY_MS });
  }
  let last = points.at(-1)?.time ?? present.time;
  let peak = present.equity - present.deposits + present.drawdown;
  const shown = session.filter((point) => isOf(history, point));
  // What was paid in before the start is no deposit of these figures.
  const before = (history.deposited ?? 0) - present.deposits;
  for (const { time, equity, deposited } of shown) {
    if (time <= last) continue;
    const deposits = deposited - before;
    const gained = equity - deposits;
    peak = Math.max(peak, gained);
    const drawdown = peak - gained;
    const highest = peak + deposits;
    points.push({
      time,
      equity,
      deposits,
      drawdown,
      drawdownPercent: highest > 0 ? (drawdown / highest) * 100 : 0,
    });
    last = time;
  }
  if (shown.length === 0) {
    points.push({ ...pointOf(present), time: Math.max(last, present.time) });
  }
  return points;
}

/**
 * Return whether a point of the session continues the figures. Those before a reset do not, nor do
 * those after a movement of money that the history does not have yet, which may be a reset.
 */
const isOf = (
  { startSeq = 0, seq = 0, deposited = 0 }: EquityHistory,
  point: CurvePoint,
): boolean =>
  point.seq >= startSeq && (point.seq <= seq || Math.abs(point.deposited - deposited) < CENT);

const pointOf = ({
  time,
  equity,
  deposits,
  drawdown,
  drawdownPercent,
}: DailyEquity): EquityPoint => ({ time, equity, deposits, drawdown, drawdownPercent });

/** Return the points with the equity that there would be without deposits and withdrawals. */
export const withoutDeposits = (points: readonly EquityPoint[]): EquityPoint[] =>
  points.map((point) => ({ ...point, equity: point.equity - point.deposits }));

/** Return the points of a range that ends with the last one, from the value at its start on. */
export function pointsIn(
  points: readonly EquityPoint[],
  range: CurveRange,
  session: readonly CurvePoint[],
): readonly EquityPoint[] {
  const end = points.at(-1)?.time ?? 0;
  const start = range === "session" ? session[0]?.time : rangeStart(range, end);
  if (start === undefined) return points;
  const first = points.findIndex(({ time }) => time >= start);
  if (first < 0) return points.slice(-1);
  const isExact = range === "session" || points[first]?.time === start;
  return points.slice(isExact ? first : Math.max(0, first - 1));
}

/**
 * Return the profit since the day before the present one ended, or since the start on the first day.
 * `live` is used while it has the balance of the history, so that no deposit counts that only one of
 * the two has.
 */
export function dayProfit(
  history: EquityHistory,
  live: { equity: number; balance: number },
): number {
  const present = history.points.at(-1);
  if (present === undefined) return 0;
  const before = history.points.at(-2);
  const deposited = present.deposits - (before?.deposits ?? 0);
  const isSameBalance = Math.abs(live.balance - present.balance) < CENT;
  const { equity } = isSameBalance ? live : present;
  return equity - (before?.equity ?? history.startBalance) - deposited;
}
