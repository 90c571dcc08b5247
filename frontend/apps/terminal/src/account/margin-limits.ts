import type { AccountState } from "@trading-api/client";

/** An equity at which the server warns the account, or closes its positions. */
export interface MarginLimit {
  kind: "warning" | "liquidation";
  /** The margin level at that equity, in percent of the used margin. */
  level: number;
  equity: number;
  /** How far the equity is above the limit, in money and in percent of the equity. */
  distance: number;
  distancePercent: number;
}

/** Return the limits of an account that uses margin, the one that is met first first. */
export function marginLimits(
  state: Pick<AccountState, "equity" | "usedMargin" | "maintenanceMargin">,
  warningLevels: readonly number[],
): MarginLimit[] {
  const { equity, usedMargin, maintenanceMargin = 0 } = state;
  if (usedMargin <= 0) return [];
  const limit = (kind: MarginLimit["kind"], limitEquity: number): MarginLimit => ({
    kind,
    level: (limitEquity / usedMargin) * 100,
    equity: limitEquity,
    distance: equity - limitEquity,
    distancePercent: equity > 0 ? ((equity - limitEquity) / equity) * 100 : 0,
  });
  const limits = warningLevels.map((level) => limit("warning", (level * usedMargin) / 100));
  if (maintenanceMargin > 0) limits.push(limit("liquidation", maintenanceMargin));
  return limits.sort((a, b) => b.equity - a.equity);
}

/** Return the equity at the end of a meter whose middle is the first limit. */
export const meterEnd = (limits: readonly MarginLimit[]): number => (limits[0]?.equity ?? 0) * 2;
