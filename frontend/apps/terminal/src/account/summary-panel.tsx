import "./account.css";
import { createSignal, For, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { toneOf } from "../panels/panel.tsx";
import { account as texts } from "../texts/account.ts";
import { DAY_MS, dayProfit } from "./equity-series.ts";
import { type MarginLimit, marginLimits, meterEnd } from "./margin-limits.ts";
import { createPerformanceRead } from "./performance-read.ts";

const CLOCK_MS = 1_000;
/** The time after midnight when the day is read again: the estimate of the market's time may be fast. */
const MIDNIGHT_MARGIN_MS = 2_000;

/** The money of the account, its margin, and how far the limits of margin are away. */
export default function SummaryPanel() {
  const { account, client } = useApp();
  const marketDay = () => {
    const time = account.marketTime();
    return time === null ? null : Math.floor((time - MIDNIGHT_MARGIN_MS) / DAY_MS);
  };
  const [readDay, setReadDay] = createSignal(marketDay());
  const timer = setInterval(() => setReadDay(marketDay()), CLOCK_MS);
  onCleanup(() => clearInterval(timer));
  // All days are read: the last day before this one may be long ago.
  const history = createPerformanceRead(client.socket, account, () => {
    readDay();
    return client.rest.performance(account.id).equity();
  });
  const day = () => {
    const [found, state] = [history.data(), account.state];
    return found && state ? dayProfit(found, state) : null;
  };
  return (
    <Show
      when={account.state}
      fallback={
        <p class="empty" role="status">
          {texts.loading}
        </p>
      }
    >
      {(state) => (
        <section class="summary" aria-label={texts.summary}>
          <dl class="figures">
            <Figure name="equity" value={format.money(state().equity)} />
            <Figure name="balance" value={format.money(state().balance)} />
            <Figure
              name="dayProfit"
              title={texts.dayProfitTitle}
              value={day() === null ? "…" : format.change(day() ?? 0)}
              tone={toneOf(day() ?? 0)}
            />
            <Figure
              name="realizedToday"
              title={texts.realizedTodayTitle}
              value={format.change(state().realizedPLToday)}
              tone={toneOf(state().realizedPLToday)}
            />
            <Figure
              name="openProfit"
              value={format.change(state().openPL)}
              tone={toneOf(state().openPL)}
            />
          </dl>
          <dl class="figures">
            <Figure name="usedMargin" value={format.money(state().usedMargin)} />
            <Figure name="freeMargin" value={format.money(state().freeMargin)} />
            <Figure name="marginLevel" value={levelText(state().marginLevel)} />
          </dl>
          <Limits />
        </section>
      )}
    </Show>
  );
}

const levelText = (level: number | undefined): string =>
  level === undefined ? texts.statistics.none : format.ratio(level);

function Figure(props: {
  name: keyof typeof texts.figures;
  value: string;
  title?: string;
  tone?: string;
}) {
  return (
    <div>
      <dt title={props.title}>{texts.figures[props.name]}</dt>
      <dd class={props.tone ?? ""} data-figure={`summary-${props.name}`}>
        {props.value}
      </dd>
    </div>
  );
}

/** Where warnings and liquidation are, as a meter and in words. */
function Limits() {
  const { account } = useApp();
  const state = () => account.state;
  const limits = () => {
    const found = state();
    return found ? marginLimits(found, account.marginWarningLevels) : [];
  };
  const isFree = () => (state()?.usedMargin ?? 0) <= 0;
  const note = () => {
    if (state()?.maintenanceMargin === undefined) return texts.notWatched;
    if (isFree()) return texts.noMargin;
    return state()?.maintenanceMargin === 0 ? texts.paidInFull : "";
  };
  return (
    <div class="margin">
      <Show when={limits().length > 0}>
        <Meter limits={limits()} />
        <ul aria-label={texts.limits}>
          <For each={limits()}>{(limit) => <Limit limit={limit} />}</For>
        </ul>
      </Show>
      <Show when={note()}>{(text) => <p class="muted">{text()}</p>}</Show>
    </div>
  );
}

function Meter(props: { limits: readonly MarginLimit[] }) {
  const { account } = useApp();
  const equity = () => account.state?.equity ?? 0;
  const end = () => meterEnd(props.limits);
  const share = (value: number) => `${Math.min(Math.max((value / end()) * 100, 0), 100)}%`;
  const worst = () => props.limits.findLast(({ distance }) => distance < 0)?.kind ?? "none";
  return (
    <>
      <meter
        class="hidden"
        aria-label={texts.meter}
        min={0}
        max={end()}
        value={Math.min(Math.max(equity(), 0), end())}
        aria-valuetext={texts.meterText(
          format.money(equity()),
          levelText(account.state?.marginLevel),
        )}
      />
      <div class="meter" aria-hidden="true" data-reached={worst()}>
        <span class="meter-fill" style={{ width: share(equity()) }} />
        <For each={props.limits}>
          {({ kind, equity }) => (
            <span class="meter-mark" data-kind={kind} style={{ left: share(equity) }} />
          )}
        </For>
      </div>
    </>
  );
}

function Limit(props: { limit: MarginLimit }) {
  const title = () => texts[props.limit.kind](format.ratio(props.limit.level));
  return (
    <li data-limit={props.limit.kind} data-reached={props.limit.distance < 0}>
      <strong>{title()}</strong> <span>{texts.limitAt(format.money(props.limit.equity))}</span>{" "}
      <span class={props.limit.distance < 0 ? "down" : "muted"}>
        {props.limit.distance < 0
          ? texts.reached
          : texts.away(
              format.money(props.limit.distance),
              format.ratio(props.limit.distancePercent),
            )}
      </span>
    </li>
  );
}
