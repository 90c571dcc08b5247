import type { Side } from "./broker.ts";

/** Why the figures begin: the account was opened, reset, or older events were removed. */
export type PerformanceStartReason = "opened" | "reset" | "removed";

/** Where the figures of an account begin. `startTime` is in ms UTC. */
export interface PerformanceStart {
  startTime?: number;
  startReason: PerformanceStartReason;
  startBalance: number;
  currency: string;
}

/**
 * An account at the end of the day that starts at `time`, in ms UTC. `deposits` is what was paid in
 * since the start. `drawdown` is how far equity less deposits is below its highest value.
 */
export interface DailyEquity {
  time: number;
  equity: number;
  balance: number;
  openPL: number;
  deposits: number;
  drawdown: number;
  drawdownPercent: number;
}

/**
 * The equity by day, the oldest day first; the last point is the present. `seq` and `deposited` are
 * those of the account's equity at that point. `startSeq` is the event at the start.
 */
export interface EquityHistory extends PerformanceStart {
  startSeq?: number;
  seq?: number;
  deposited?: number;
  /** The prices at which past days are valued. */
  valuation: "dailyClose" | "lastFill";
  points: DailyEquity[];
}

/**
 * The figures of closed trades. A trade is won if its profit after fees is above 0. `winRate` is a
 * fraction. `profitFactor` is missing while nothing was lost. Losses are positive numbers.
 */
export interface TradeStatistics {
  trades: number;
  wins: number;
  losses: number;
  profit: number;
  fees: number;
  netProfit: number;
  winRate?: number;
  profitFactor?: number;
  averageWin?: number;
  averageLoss?: number;
  largestWin: number;
  largestLoss: number;
  /** In ms, from the entry to the exit. */
  averageDuration?: number;
}

/** The statistics of closed trades. The parts by symbol, and those by day, add up to `total`. */
export interface PerformanceStatistics extends PerformanceStart {
  deposits: number;
  balance: number;
  openPL: number;
  equity: number;
  /** The trades that are open, with what they realized. */
  openTrades: { trades: number; profit: number; fees: number };
  total: TradeStatistics;
  bySymbol: (TradeStatistics & { symbol: string })[];
  /** `time` is the start of the UTC day on which the trades were closed. */
  byDay: (TradeStatistics & { time: number })[];
}

/**
 * A position from its opening until it was flat or on the other side. `seq` is the event that closed
 * it. Prices are averages, and times in ms UTC. The beginning of a partial trade was removed.
 */
export interface ClosedTrade {
  seq: number;
  symbol: string;
  side: Side;
  qty: number;
  entryTime: number;
  entryPrice: number;
  exitTime: number;
  exitPrice: number;
  profit: number;
  fees: number;
  netProfit: number;
  returnPercent: number;
  executions: number;
  isPartial: boolean;
}
