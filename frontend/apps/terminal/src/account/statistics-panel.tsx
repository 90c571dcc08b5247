import "./account.css";
import type { PerformanceStatistics, TradeStatistics } from "@trading-api/client";
import { createMemo, For, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { toneOf } from "../panels/panel.tsx";
import { persistedSignal } from "../persisted-signal.ts";
import { account as texts } from "../texts/account.ts";
import { Choice } from "../widgets/choice.tsx";
import { duration } from "./duration.ts";
import { CURVE_RANGES, type CurveRange, rangeStart } from "./equity-series.ts";
import { createPerformanceRead } from "./performance-read.ts";
import { PerformanceState, Since } from "./performance-state.tsx";

type DayRange = Exclude<CurveRange, "session">;

const RANGES = CURVE_RANGES.filter((range): range is DayRange => range !== "session");
/** The days in the table, the newest first. */
const DAYS_MAX = 366;

/** The figures of the closed trades: all of a range, by symbol and by day. */
export default function StatisticsPanel() {
  const { account, client } = useApp();
  const [stored, setRange] = persistedSignal<DayRange>("statistics.range", "all");
  const range = () => (RANGES.includes(stored()) ? stored() : "all");
  const statistics = createPerformanceRead(client.socket, account, async () => {
    const chosen = range();
    const now = (await client.rest.market.time()) * 1_000;
    const from = rangeStart(chosen, now);
    return client.rest.performance(account.id).statistics(from === undefined ? {} : { from });
  });
  return (
    <section class="statistics" aria-label={texts.statistics.label}>
      <Choice
        class="flat"
        label={texts.range}
        options={RANGES.map((value) => ({ value, ...texts.ranges[value] }))}
        value={range()}
        onChange={setRange}
      />
      <PerformanceState read={statistics}>
        {(data) => <Statistics data={data()} />}
      </PerformanceState>
    </section>
  );
}

function Statistics(props: { data: PerformanceStatistics }) {
  const open = () => props.data.openTrades;
  const days = createMemo(() => props.data.byDay.toReversed().slice(0, DAYS_MAX));
  return (
    <>
      <Show
        when={props.data.total.trades > 0}
        fallback={<p class="empty">{texts.noTradesInRange}</p>}
      >
        <Totals figures={props.data.total} />
        <Parts
          label={texts.statistics.bySymbol}
          first={texts.statistics.symbol}
          rows={props.data.bySymbol.map((row) => ({ ...row, name: row.symbol }))}
        />
        <Parts
          label={texts.statistics.byDay}
          first={texts.statistics.day}
          rows={days().map((row) => ({ ...row, name: format.dateAndTime(row.time) }))}
        />
      </Show>
      <Show when={open().trades > 0}>
        <p class="muted since">
          {texts.statistics.open(open().trades, format.change(open().profit - open().fees))}
        </p>
      </Show>
      <Since start={props.data} />
    </>
  );
}

const optional = (value: number | undefined, show: (value: number) => string): string =>
  value === undefined ? texts.statistics.none : show(value);

function Totals(props: { figures: TradeStatistics }) {
  const rows = (): [keyof typeof texts.statistics, string, string?][] => {
    const { figures } = props;
    return [
      ["trades", format.quantity(figures.trades)],
      ["winRate", optional(figures.winRate, (rate) => format.ratio(rate * 100))],
      ["profitFactor", optional(figures.profitFactor, format.money)],
      ["averageWin", optional(figures.averageWin, format.money)],
      ["averageLoss", optional(figures.averageLoss, (loss) => format.money(-loss))],
      ["largestWin", format.money(figures.largestWin)],
      ["largestLoss", format.money(-figures.largestLoss)],
      ["averageDuration", optional(figures.averageDuration, duration)],
      ["profit", format.change(figures.profit), toneOf(figures.profit)],
      ["fees", format.money(figures.fees)],
      ["netProfit", format.change(figures.netProfit), toneOf(figures.netProfit)],
    ];
  };
  return (
    <dl class="figures">
      <For each={rows()}>
        {([name, value, tone]) => (
          <div>
            <dt>{texts.statistics[name] as string}</dt>
            <dd class={tone ?? ""} data-figure={`statistics-${name}`}>
              {value}
            </dd>
          </div>
        )}
      </For>
    </dl>
  );
}

function Parts(props: {
  label: string;
  first: string;
  rows: readonly (TradeStatistics & { name: string })[];
}) {
  const { statistics: names } = texts;
  return (
    <table class="table cards" aria-label={props.label}>
      <caption>{props.label}</caption>
      <thead>
        <tr>
          <th scope="col">{props.first}</th>
          <For each={[names.trades, names.winRate, names.profit, names.fees, names.netProfit]}>
            {(name) => (
              <th scope="col" class="n">
                {name}
              </th>
            )}
          </For>
        </tr>
      </thead>
      <tbody>
        <For each={props.rows}>
          {(row) => (
            <tr data-part={row.name}>
              <th scope="row">{row.name}</th>
              <td class="n" data-label={names.trades}>
                {format.quantity(row.trades)}
              </td>
              <td class="n" data-label={names.winRate}>
                {optional(row.winRate, (rate) => format.ratio(rate * 100))}
              </td>
              <td class="n" data-label={names.profit}>
                {format.change(row.profit)}
              </td>
              <td class="n" data-label={names.fees}>
                {format.money(row.fees)}
              </td>
              <td class={`n ${toneOf(row.netProfit)}`} data-label={names.netProfit}>
                {format.change(row.netProfit)}
              </td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}
