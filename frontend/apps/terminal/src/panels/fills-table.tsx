import type { Execution } from "@trading-api/client";
import { createEffect, untrack } from "solid-js";
import { EXECUTIONS_MAX } from "../account.ts";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { orderNumber } from "../labels.ts";
import { readUntilAnswered } from "../read-until-answered.ts";
import { texts } from "../texts/texts.ts";
import type { Column } from "../widgets/data-table/columns.ts";
import { DataTable } from "../widgets/data-table/data-table.tsx";
import { createDecimalsOf } from "./decimals.ts";
import { PagedRows } from "./paged-rows.ts";
import { type PanelProps, toneOf } from "./panel.tsx";
import { quantityColumn, sideColumn, symbolColumn } from "./trade-columns.ts";

const keyOf = ({ id = "" }: Execution): string => id;

/** The executions. Older ones are read as the table is scrolled. */
export default function FillsTable(props: PanelProps) {
  const { account, client } = useApp();
  const rest = client.rest.account(account.id);
  const fills = new PagedRows<Execution>({
    read: async (limit, before) => {
      const read = () => rest.recentExecutions(limit, before);
      return (await readUntilAnswered(client.socket, read))?.reverse();
    },
    keyOf,
    compare: (a, b) => b.time - a.time || orderNumber(keyOf(b)) - orderNumber(keyOf(a)),
  });
  createEffect(() => {
    const newest = account.executions.toReversed();
    untrack(() => fills.addNewest(newest, newest.length >= EXECUTIONS_MAX));
  });
  const columns = createColumns(account.currency);
  return (
    <DataTable
      name="fills"
      label={texts.panels.fills}
      columns={columns}
      rows={fills.rows}
      keyAttribute="data-fill"
      keyOf={({ orderId = "" }) => orderId}
      empty={<p class="empty">{texts.panels.noFill}</p>}
      toolsPlace={props.toolsPlace}
      hasMore={fills.hasMore}
      onEnd={() => void fills.readMore()}
      readAll={(signal) => fills.readAll(signal)}
    />
  );
}

function createColumns(currency: string): Column<Execution>[] {
  const decimalsOf = createDecimalsOf();
  return [
    symbolColumn(),
    sideColumn(),
    quantityColumn(),
    {
      key: "price",
      label: texts.panels.price,
      kind: "number",
      value: ({ price }) => price,
      text: ({ symbol, price }) => format.price(price, decimalsOf(symbol)),
    },
    {
      key: "commission",
      label: texts.panels.commission,
      kind: "number",
      value: ({ commission }) => commission ?? 0,
      text: ({ commission }) => format.money(commission ?? 0),
    },
    {
      key: "cash",
      label: texts.panels.cashIn(currency),
      cardLabel: texts.panels.cash,
      kind: "number",
      value: ({ netAmount }) => netAmount ?? 0,
      text: ({ netAmount }) => format.change(netAmount ?? 0),
      tone: ({ netAmount }) => toneOf(netAmount),
    },
    {
      key: "time",
      label: texts.panels.timeUtc,
      cardLabel: texts.panels.time,
      kind: "time",
      value: ({ time }) => time,
      text: ({ time }) => format.time(time),
    },
    { key: "order", label: texts.panels.order, value: ({ orderId }) => orderId },
  ];
}
