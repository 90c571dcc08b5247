import { type ClosedTrade, Side } from "@trading-api/client";
import { createEffect, createSignal, on, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { messageOf } from "../error-messages.ts";
import * as format from "../format.ts";
import { createDecimalsOf } from "../panels/decimals.ts";
import { type PanelProps, toneOf } from "../panels/panel.tsx";
import { readUntilAnswered } from "../read-until-answered.ts";
import { account as texts } from "../texts/account.ts";
import type { Column } from "../widgets/data-table/columns.ts";
import { DataTable } from "../widgets/data-table/data-table.tsx";
import { ClosedTrades, keyOfTrade } from "./closed-trades.ts";
import { createTradeView } from "./trade-view.ts";

/** The least time between two reads of new trades. */
const REFRESH_MS = 2_000;

/** The closed trades. A row shows the chart of its symbol at the time of its exit. */
export default function TradesPanel(props: PanelProps) {
  const { account, client } = useApp();
  const [failure, setFailure] = createSignal("");
  const [isRead, setIsRead] = createSignal(false);
  let isCurrent = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const trades = new ClosedTrades((limit, before) =>
    readUntilAnswered(
      client.socket,
      () => client.rest.performance(account.id).trades(limit, before),
      () => isCurrent,
    ),
  );
  const refresh = async () => {
    try {
      await trades.refresh();
      setIsRead(true);
      setFailure("");
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  void refresh();
  createEffect(
    on(
      () => account.state?.balance,
      () => {
        // The first change starts the wait, so that a busy account is read too.
        timer ??= setTimeout(() => {
          timer = undefined;
          void refresh();
        }, REFRESH_MS);
      },
      { defer: true },
    ),
  );
  onCleanup(() => {
    isCurrent = false;
    clearTimeout(timer);
  });
  const columns = createColumns();
  const empty = () => (
    <Show
      when={failure()}
      fallback={
        <p class="empty" role="status">
          {isRead() ? texts.noTrades : texts.loading}
        </p>
      }
    >
      <p class="empty" role="alert">
        {texts.failed(failure())}{" "}
        <button type="button" class="link" onClick={() => void refresh()}>
          {texts.tryAgain}
        </button>
      </p>
    </Show>
  );
  return (
    <DataTable
      name="trades"
      label={texts.trades.label}
      columns={columns}
      rows={trades.rows().rows}
      keyAttribute="data-trade"
      keyOf={keyOfTrade}
      empty={empty()}
      toolsPlace={props.toolsPlace}
      hasMore={trades.rows().hasMore}
      onEnd={() => void trades.rows().readMore()}
      readAll={(signal) => trades.rows().readAll(signal)}
    />
  );
}

function createColumns(): Column<ClosedTrade>[] {
  const { trades: names } = texts;
  const decimalsOf = createDecimalsOf();
  const view = createTradeView();
  const price = (key: "entryPrice" | "exitPrice", label: string): Column<ClosedTrade> => ({
    key,
    label,
    kind: "number",
    value: (trade) => trade[key],
    text: (trade) => format.price(trade[key], decimalsOf(trade.symbol)),
  });
  const time = (key: "entryTime" | "exitTime", label: string): Column<ClosedTrade> => ({
    key,
    label,
    kind: "time",
    value: (trade) => trade[key],
    text: (trade) => format.dateAndTime(trade[key], false),
  });
  return [
    {
      key: "symbol",
      label: names.symbol,
      isHeader: true,
      isFacet: true,
      value: ({ symbol }) => symbol,
      cell: (trade) => (
        <button
          type="button"
          class="link"
          title={names.show(trade.symbol, format.dateAndTime(trade.exitTime, false))}
          aria-label={names.show(trade.symbol, format.dateAndTime(trade.exitTime, false))}
          onClick={() => void view(trade.symbol, trade.exitTime)}
        >
          {trade.symbol}
        </button>
      ),
    },
    {
      key: "side",
      label: names.side,
      isFacet: true,
      value: ({ side }) => (side === Side.Buy ? names.long : names.short),
      tone: ({ side }) => (side === Side.Buy ? "up" : "down"),
    },
    {
      key: "qty",
      label: names.quantity,
      kind: "number",
      value: ({ qty }) => qty,
      text: ({ qty }) => format.quantity(qty),
    },
    time("entryTime", names.entryTime),
    price("entryPrice", names.entry),
    time("exitTime", names.exitTime),
    price("exitPrice", names.exit),
    {
      key: "profit",
      label: names.profit,
      kind: "number",
      isOptional: true,
      value: ({ profit }) => profit,
      text: ({ profit }) => format.change(profit),
      tone: ({ profit }) => toneOf(profit),
    },
    {
      key: "fees",
      label: names.fees,
      kind: "number",
      value: ({ fees }) => fees,
      text: ({ fees }) => format.money(fees),
    },
    {
      key: "netProfit",
      label: names.net,
      kind: "number",
      value: ({ netProfit }) => netProfit,
      text: ({ netProfit }) => format.change(netProfit),
      tone: ({ netProfit }) => toneOf(netProfit),
    },
    {
      key: "returnPercent",
      label: names.return,
      kind: "number",
      value: ({ returnPercent }) => returnPercent,
      text: ({ returnPercent }) => format.percent(returnPercent),
      tone: ({ returnPercent }) => toneOf(returnPercent),
    },
    {
      key: "isPartial",
      label: names.complete,
      isOptional: true,
      value: ({ isPartial }) => (isPartial ? names.partial : names.whole),
    },
  ];
}
