import { type Accessor, createEffect, onCleanup } from "solid-js";
import type { Charts } from "../chart/chart-store.ts";
import type { PriceChart } from "../chart/price-chart.ts";
import { loadPart } from "../part.ts";

/** Link the crosshair of a chart with those of the others while there are some, if that is chosen. */
export function followCrosshair(charts: Charts, chart: Accessor<PriceChart | null>): void {
  createEffect(() => {
    const created = chart();
    if (created === null || charts.all().length < 2 || !charts.isCrosshairLinked()) return;
    let unlink: (() => void) | null = () => {};
    void loadPart(() => import("./linked-crosshair.ts")).then((loaded) => {
      if (unlink !== null && loaded !== null) unlink = loaded.linkCrosshair(created);
    });
    onCleanup(() => {
      unlink?.();
      unlink = null;
    });
  });
}
