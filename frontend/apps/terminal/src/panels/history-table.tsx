import type { Order } from "@trading-api/client";
import { createEffect, createRoot, untrack } from "solid-js";
import { byEnd } from "../account/order-lists.ts";
import type { TradingAccount } from "../account.ts";
import { type AppStore, useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { orderLabel, statusLabel } from "../labels.ts";
import { readUntilAnswered } from "../read-until-answered.ts";
import { texts } from "../texts/texts.ts";
import type { Column } from "../widgets/data-table/columns.ts";
import { DataTable } from "../widgets/data-table/data-table.tsx";
import { createDecimalsOf } from "./decimals.ts";
import { PagedRows } from "./paged-rows.ts";
import type { PanelProps } from "./panel.tsx";
import { quantityColumn, sideColumn, symbolColumn } from "./trade-columns.ts";

const histories = new WeakMap<TradingAccount, PagedRows<Order>>();

/** Return the history of the account. From its first use it contains each order that ends. */
function historyOf({ account, client }: AppStore): PagedRows<Order> {
  const known = histories.get(account);
  if (known !== undefined) return known;
  const rest = client.rest.account(account.id);
  const history = new PagedRows<Order>({
    read: (limit, before) =>
      readUntilAnswered(client.socket, () => rest.ordersHistory(limit, before)),
    keyOf: ({ id }) => id,
    compare: byEnd,
  });
  histories.set(account, history);
  createRoot(() =>
    createEffect(() => {
      const ended = account.endedOrders;
      untrack(() => history.add(ended));
    }),
  );
  void history.readMore();
  return history;
}

/** The orders that ended. Older ones are read as the table is scrolled. */
export default function HistoryTable(props: PanelProps) {
  const history = historyOf(useApp());
  const columns = createColumns();
  const emptyText = () => {
    if (history.loading === "loading") return texts.panels.loadingHistory;
    if (history.loading === "failed") return texts.panels.historyFailed;
    return texts.panels.noHistory;
  };
  return (
    <DataTable
      name="history"
      label={texts.panels.history}
      columns={columns}
      rows={history.rows}
      keyAttribute="data-order"
      keyOf={({ id }) => id}
      empty={
        <p class="empty" role="status">
          {emptyText()}
        </p>
      }
      toolsPlace={props.toolsPlace}
      hasMore={history.hasMore}
      onEnd={() => void history.readMore()}
      readAll={(signal) => history.readAll(signal)}
    />
  );
}

function createColumns(): Column<Order>[] {
  const decimalsOf = createDecimalsOf();
  const price = (symbol: string, value: number | undefined) =>
    format.price(value, decimalsOf(symbol)) || texts.panels.none;
  return [
    symbolColumn(),
    sideColumn(),
    { key: "type", label: texts.panels.type, isFacet: true, value: orderLabel },
    quantityColumn(),
    {
      key: "filled",
      label: texts.panels.filled,
      kind: "number",
      isOptional: true,
      value: ({ filledQty }) => filledQty ?? 0,
      text: ({ filledQty }) => format.quantity(filledQty ?? 0),
    },
    {
      key: "limit",
      label: texts.panels.limit,
      kind: "number",
      isOptional: true,
      value: ({ limitPrice }) => limitPrice,
      text: ({ symbol, limitPrice }) => price(symbol, limitPrice),
    },
    {
      key: "stop",
      label: texts.panels.stop,
      kind: "number",
      isOptional: true,
      value: ({ stopPrice }) => stopPrice,
      text: ({ symbol, stopPrice }) => price(symbol, stopPrice),
    },
    {
      key: "average",
      label: texts.panels.average,
      kind: "number",
      value: ({ avgPrice }) => avgPrice,
      text: ({ symbol, avgPrice }) => price(symbol, avgPrice),
    },
    {
      key: "status",
      label: texts.panels.status,
      isFacet: true,
      value: ({ status }) => statusLabel(status),
    },
    {
      key: "ended",
      label: texts.panels.ended,
      kind: "time",
      value: ({ updateTime }) => updateTime,
      text: ({ updateTime }) => format.time(updateTime),
    },
    { key: "id", label: texts.panels.order, isOptional: true, value: ({ id }) => id },
    {
      key: "why",
      label: texts.panels.why,
      class: "why",
      value: ({ message }) => message?.text,
    },
  ];
}
