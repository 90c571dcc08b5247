import { createEffect, onCleanup, onMount } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { theme } from "../theme.ts";
import { CurveChart } from "./curve-chart.ts";

export function EquityChart() {
  const { account } = useApp();
  let element!: HTMLDivElement;
  onMount(() => {
    const chart = new CurveChart(element);
    createEffect(() => {
      theme();
      chart.applyTheme();
    });
    const stop = account.curve.onChange((points, isNew) => {
      const last = points.at(-1);
      if (isNew) chart.show(points);
      else if (last) chart.update(last);
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
