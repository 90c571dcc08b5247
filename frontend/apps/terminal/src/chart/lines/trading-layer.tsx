import { createSignal, onMount, Show } from "solid-js";
import { useApp } from "../../app-store.ts";
import { texts } from "../../texts/texts.ts";
import type { ChartStore } from "../chart-store.ts";
import type { PriceChart } from "../price-chart.ts";
import "./lines.css";
import { TradingLines } from "./trading-lines.ts";

/** What is traded from a chart: the lines of its symbol's orders and position. */
export function TradingLayer(props: { chart: PriceChart; store: ChartStore }) {
  const app = useApp();
  const [lines, setLines] = createSignal<TradingLines | null>(null);
  let root!: HTMLDivElement;
  onMount(() => setLines(new TradingLines(props.chart, root, app, props.store)));
  return (
    <>
      <div class="price-lines" ref={root} />
      <Show when={lines()?.isExtended}>
        <button type="button" class="edge-lines" onClick={() => lines()?.fitCandles()}>
          {texts.lines.fit}
        </button>
      </Show>
    </>
  );
}
