import type { Bar } from "@trading-api/client";
import { createEffect, createMemo, createSignal, For, onCleanup, Show, untrack } from "solid-js";
import { Portal } from "solid-js/web";
import { indicators as texts } from "../../texts/indicators.ts";
import type { ChartStore } from "../chart-store.ts";
import { indexOfTime } from "../index-of-time.ts";
import type { PriceChart } from "../price-chart.ts";
import { indicatorType } from "./catalog.ts";
import { ChartIndicators, type PanePosition } from "./chart-indicators.ts";
import { indicatorsOf } from "./indicator-store.ts";
import "./indicators.css";
import { IndicatorLegend } from "./indicator-legend.tsx";
import type { PaneHeights } from "./pane-heights.ts";

export interface ChartIndicatorsViewProps {
  chart: ChartStore;
  price: PriceChart;
  /** The element of the chart's legend. */
  legend: HTMLElement;
  /** The bar whose values are shown. */
  bar: Bar | null;
}

/** The indicators of a chart, drawn by its engine, and their legends. */
export default function ChartIndicatorsView(props: ChartIndicatorsViewProps) {
  const store = indicatorsOf(props.chart);
  const [panes, setPanes] = createSignal<readonly PanePosition[]>([]);
  const [version, setVersion] = createSignal(0);
  const [heights, setHeights] = props.chart.setting<PaneHeights>("pane-heights", {});
  const indicators = new ChartIndicators(props.price, {
    onValues: () => setVersion((count) => count + 1),
    onPanes: setPanes,
    heights: () => untrack(heights),
    onHeights: setHeights,
  });
  onCleanup(() => indicators.remove());
  createEffect(() => indicators.set(store.list()));

  const index = createMemo(
    () => {
      version();
      const bars = props.price.engine.getDataList();
      return props.bar === null ? -1 : indexOfTime(bars, props.bar.time);
    },
    0,
    { equals: false },
  );
  const textsOf = (id: string, typeName: string): string[] => {
    const type = indicatorType(typeName);
    const row = indicators.rowAt(id, index());
    if (type === undefined || row === undefined) return [];
    return row.map((value) => (Number.isNaN(value) ? "" : indicators.format(type, value)));
  };
  const idsOf = (isOnPrice: boolean) =>
    store.ids().filter((id) => store.find(id)?.isOnPrice === isOnPrice);
  const topOf = (id: string) => panes().find((pane) => pane.id === id)?.top;
  const legendOf = (id: string) => {
    const values = createMemo(() => textsOf(id, store.find(id)?.type ?? ""));
    return (
      <Show when={store.find(id)}>
        {(settings) => <IndicatorLegend store={store} settings={settings()} values={values()} />}
      </Show>
    );
  };
  return (
    <>
      <Portal mount={props.legend}>
        <ul class="indicator-legends" aria-label={texts.legend}>
          <For each={idsOf(true)}>{(id) => <li>{legendOf(id)}</li>}</For>
        </ul>
      </Portal>
      <For each={idsOf(false)}>
        {(id) => (
          <Show when={topOf(id)}>
            {(top) => (
              <div class="indicator-pane-legend" style={{ top: `${top() + 4}px` }}>
                {legendOf(id)}
              </div>
            )}
          </Show>
        )}
      </For>
    </>
  );
}
