import type { ChartStore } from "../chart-store.ts";
import type { ChartView } from "./chart-view.ts";

const FEATURE = "view";

/** Return how a chart shows its series; null until it is on the screen. */
export const viewOf = (store: ChartStore): ChartView | null =>
  store.feature<ChartView>(FEATURE)[0]();

export const setView = (store: ChartStore, view: ChartView | null): void =>
  void store.feature<ChartView>(FEATURE)[1](() => view);
