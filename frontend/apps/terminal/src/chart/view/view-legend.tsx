import type { Bar } from "@trading-api/client";
import { For, Show } from "solid-js";
import * as format from "../../format.ts";
import { view as texts } from "../../texts/view.ts";
import type { ChartView } from "./chart-view.ts";
import { isIntraday } from "./resolution.ts";
import { barTime } from "./time-axis.ts";
import "./view.css";

/** What the legend of a chart shows of its view: the bar's time, the type, and the comparisons. */
export function ViewLegend(props: { view: ChartView; bar: Bar | null }) {
  const settings = () => props.view.settings;
  const isOutside = (bar: Bar) =>
    isIntraday(props.view.resolution) &&
    settings().showsSessions() &&
    props.view.hours().sessionAt(bar.time) === null;
  return (
    <div class="view-legend">
      <Show when={props.bar}>
        {(bar) => (
          <span class="muted" data-testid="bar-time">
            {barTime(bar().time, props.view.resolution, props.view.zone())}
            <Show when={isOutside(bar())}>, {texts.outside}</Show>
          </span>
        )}
      </Show>
      <Show when={settings().type() === "heikinAshi"}>
        <span>{texts.types.heikinAshi}</span>
      </Show>
      <span class="hidden" data-testid="countdown">
        {props.view.countdown.text() === "" ? "" : texts.countdown(props.view.countdown.text())}
      </span>
      <Show when={settings().compared().length > 0}>
        <ul aria-label={texts.legend}>
          <For each={settings().compared()}>
            {(symbol) => <Compared view={props.view} bar={props.bar} symbol={symbol} />}
          </For>
        </ul>
      </Show>
    </div>
  );
}

function Compared(props: { view: ChartView; bar: Bar | null; symbol: string }) {
  const percent = () =>
    (props.bar && props.view.comparisons()?.percentAt(props.symbol, props.bar.time)) ?? null;
  return (
    <li data-compared={props.symbol}>
      <i class="swatch" data-tone={props.view.comparisons()?.toneOf(props.symbol)} />
      {props.symbol}{" "}
      <span data-value>
        <Show when={percent() !== null} fallback={<span title={texts.noValue}>…</span>}>
          {format.percent(percent() ?? 0)}
        </Show>
      </span>
      <button
        type="button"
        class="quiet"
        aria-label={texts.removeComparison(props.symbol)}
        title={texts.removeComparison(props.symbol)}
        onClick={() => props.view.settings.uncompare(props.symbol)}
      >
        ✕
      </button>
    </li>
  );
}
