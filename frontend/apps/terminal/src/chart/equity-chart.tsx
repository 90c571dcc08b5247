import { AreaSeries, ColorType, createChart, type UTCTimestamp } from "lightweight-charts";
import { createEffect, onCleanup, onMount } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { colour, theme } from "../theme.ts";
import { FONT } from "./price-chart.ts";

export function EquityChart() {
  const { account } = useApp();
  let element!: HTMLDivElement;
  onMount(() => {
    const chart = createChart(element, {
      autoSize: true,
      layout: { fontFamily: FONT, fontSize: 11, attributionLogo: false },
      rightPriceScale: { borderVisible: false },
      timeScale: { borderVisible: false, timeVisible: true, secondsVisible: true },
    });
    const series = chart.addSeries(AreaSeries, {
      lineWidth: 2,
      priceFormat: { type: "custom", formatter: format.money, minMove: 0.01 },
    });
    createEffect(() => {
      theme();
      const line = colour("line-faint");
      chart.applyOptions({
        layout: {
          background: { type: ColorType.Solid, color: colour("surface") },
          textColor: colour("muted"),
        },
        grid: { vertLines: { color: line }, horzLines: { color: line } },
      });
      series.applyOptions({
        lineColor: colour("accent"),
        topColor: colour("accent-faint"),
        bottomColor: colour("accent-none"),
      });
    });
    const stop = account.curve.onChange((points, isNew) => {
      const last = points.at(-1);
      if (isNew) {
        series.setData(points.map(({ time, value }) => ({ time: time as UTCTimestamp, value })));
        chart.timeScale().fitContent();
      } else if (last) series.update({ time: last.time as UTCTimestamp, value: last.value });
    });
    onCleanup(() => {
      stop();
      chart.remove();
    });
  });
  return (
    <div class="equity">
      <dl class="figures">
        {(["equity", "balance", "unrealizedPL", "realizedPL"] as const).map((name) => (
          <div>
            <dt>{NAMES[name]}</dt>
            <dd class={name.endsWith("PL") ? tone(account.equity?.[name]) : ""} data-figure={name}>
              {account.equity ? show(name, account.equity[name]) : "…"}
            </dd>
          </div>
        ))}
      </dl>
      <div class="canvas" ref={element} role="img" aria-label="Equity over time" />
    </div>
  );
}

const NAMES = {
  equity: "Equity",
  balance: "Balance",
  unrealizedPL: "Open profit",
  realizedPL: "Realized profit",
};
const show = (name: string, value: number) =>
  name.endsWith("PL") ? format.change(value) : format.money(value);
const tone = (value = 0) => (value > 0 ? "up" : value < 0 ? "down" : "");
