import type { ChartStore } from "../chart-store.ts";

/** What a chart stores of its indicators. */
export interface StoredIndicators {
  /** Those of the symbols that have none of their own. */
  shared: unknown;
  symbols: Record<string, unknown>;
}

export const storedIndicators = (chart: ChartStore) =>
  chart.sharedSetting<StoredIndicators>("indicators", { shared: [], symbols: {} });

/** Return whether a chart has stored indicators, valid or not, of any symbol. */
export function hasIndicators(chart: ChartStore): boolean {
  const { shared, symbols } = storedIndicators(chart)[0]();
  return [shared, ...Object.values(symbols ?? {})].some(
    (list) => Array.isArray(list) && list.length > 0,
  );
}
