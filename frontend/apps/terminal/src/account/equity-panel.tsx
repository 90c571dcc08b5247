import "./account.css";
import type { EquityHistory } from "@trading-api/client";
import { createMemo, createSignal, For, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { toneOf } from "../panels/panel.tsx";
import { persistedSignal } from "../persisted-signal.ts";
import { account as texts } from "../texts/account.ts";
import { Choice } from "../widgets/choice.tsx";
import { EquityFigure } from "./equity-figure.tsx";
import {
  CURVE_RANGES,
  type CurveRange,
  type EquityPoint,
  equitySeries,
  pointsIn,
  withoutDeposits,
} from "./equity-series.ts";
import { createPerformanceRead } from "./performance-read.ts";
import { PerformanceState, Since } from "./performance-state.tsx";

const FIGURES = ["equity", "balance", "unrealizedPL", "realizedPL"] as const;
/** The values in the text alternative. Older ones are counted. */
const ROWS_MAX = 400;

/** The equity over days with its drawdown. The end of the curve is live. */
export default function EquityPanel() {
  const { account, client } = useApp();
  const history = createPerformanceRead(client.socket, account, () =>
    client.rest.performance(account.id).equity(),
  );
  return (
    <div class="equity">
      <dl class="figures">
        <For each={FIGURES}>
          {(name) => (
            <div>
              <dt>{texts.figures[name]}</dt>
              <dd
                class={name.endsWith("PL") ? toneOf(account.equity?.[name] ?? 0) : ""}
                data-figure={name}
              >
                {account.equity ? show(name, account.equity[name]) : "…"}
              </dd>
            </div>
          )}
        </For>
      </dl>
      <div class="equity-curve">
        <PerformanceState read={history}>{(data) => <Curve history={data()} />}</PerformanceState>
      </div>
    </div>
  );
}

const show = (name: string, value: number) =>
  name.endsWith("PL") ? format.change(value) : format.money(value);

function Curve(props: { history: EquityHistory }) {
  const { account, frames } = useApp();
  const [stored, setRange] = persistedSignal<CurveRange>("equity.range", "month");
  const range = () => (CURVE_RANGES.includes(stored()) ? stored() : "month");
  const [hasDeposits, setHasDeposits] = persistedSignal("equity.deposits", true);
  const [version, setVersion] = createSignal(0);
  const update = () => void setVersion((count) => count + 1);
  onCleanup(account.curve.onChange(() => frames.requestTexts("panels", update)));
  const points = createMemo(() => {
    version();
    const session = account.curve.points;
    const all = equitySeries(props.history, session);
    const shown = pointsIn(all, range(), session);
    return hasDeposits() ? shown : withoutDeposits(shown);
  });
  const largest = () => Math.max(0, ...points().map(({ drawdownPercent }) => drawdownPercent));
  return (
    <>
      <div class="curve-head">
        <Choice
          class="flat"
          label={texts.range}
          options={CURVE_RANGES.map((value) => ({ value, ...texts.ranges[value] }))}
          value={range()}
          onChange={setRange}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={hasDeposits()}
            onChange={({ currentTarget }) => setHasDeposits(currentTarget.checked)}
          />
          {texts.deposits}
        </label>
        <span class="muted">{texts.drawdownMax(format.ratio(largest()))}</span>
      </div>
      <Show when={points().length > 0} fallback={<p class="empty">{texts.noEquity}</p>}>
        <EquityFigure points={points()} />
        <Values points={points()} />
      </Show>
      <Since start={props.history} />
      <Show when={props.history.valuation === "lastFill"}>
        <p class="muted since">{texts.lastFill}</p>
      </Show>
    </>
  );
}

/** The values of the curve as a table, for those who do not see it. */
function Values(props: { points: readonly EquityPoint[] }) {
  const [isOpen, setIsOpen] = createSignal(false);
  const rows = createMemo(() => (isOpen() ? props.points.slice(-ROWS_MAX).toReversed() : []));
  return (
    <details class="values" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{texts.table}</summary>
      <Show when={isOpen()}>
        <table class="table" aria-label={texts.curve}>
          <thead>
            <tr>
              <th scope="col">{texts.time}</th>
              <th scope="col" class="n">
                {texts.figures.equity}
              </th>
              <th scope="col" class="n">
                {texts.drawdown}
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={rows()}>
              {({ time, equity, drawdown, drawdownPercent }) => (
                <tr>
                  <th scope="row">{format.dateAndTime(time, false)}</th>
                  <td class="n">{format.money(equity)}</td>
                  <td class="n">
                    {format.money(drawdown)} ({format.ratio(drawdownPercent)})
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
        <Show when={props.points.length > ROWS_MAX}>
          <p class="muted">{texts.olderLeftOut(props.points.length - ROWS_MAX)}</p>
        </Show>
      </Show>
    </details>
  );
}
