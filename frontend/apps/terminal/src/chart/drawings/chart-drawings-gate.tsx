import { Show } from "solid-js";
import { createLatch } from "../../latch.ts";
import { part } from "../../part.ts";
import type { ChartDrawingsViewProps } from "./chart-drawings-view.tsx";
import { drawingsOf } from "./drawing-store.ts";
import { drawingTools } from "./drawing-tools.ts";

const ChartDrawingsView = part(() => import("./chart-drawings-view.tsx"));

/** The drawings of a chart, loaded once there is one or a tool is chosen. */
export function ChartDrawingsGate(props: ChartDrawingsViewProps) {
  const isNeeded = createLatch(
    () => drawingTools.isLoaded() || drawingsOf(props.chart.symbol()).list().length > 0,
  );
  return (
    <Show when={isNeeded()}>
      <ChartDrawingsView {...props} />
    </Show>
  );
}
