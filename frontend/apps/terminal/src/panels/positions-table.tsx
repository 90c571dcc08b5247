import { type Position, Side } from "@trading-api/client";
import { createEffect, createMemo, onCleanup, Show } from "solid-js";
import { type AppStore, useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { texts } from "../texts/texts.ts";
import type { Column } from "../widgets/data-table/columns.ts";
import { DataTable } from "../widgets/data-table/data-table.tsx";
import { createDecimalsOf } from "./decimals.ts";
import { type PanelProps, SymbolLink, toneOf } from "./panel.tsx";
import { quantityColumn, sideColumn, symbolColumn } from "./trade-columns.ts";

export default function PositionsTable(props: PanelProps) {
  const app = useApp();
  const { account, market } = app;
  const columns = createColumns(app);
  const positions = createMemo(() => account.positions);
  createEffect(() => onCleanup(market.subscribe(positions().map(({ symbol }) => symbol))));
  return (
    <DataTable
      name="positions"
      label={texts.panels.positions}
      columns={columns}
      rows={positions()}
      keyAttribute="data-position"
      keyOf={({ id }) => id}
      empty={<p class="empty">{texts.panels.noPosition}</p>}
      toolsPlace={props.toolsPlace}
    />
  );
}

function createColumns(app: AppStore): Column<Position>[] {
  const decimalsOf = createDecimalsOf();
  const price = (symbol: string, value: number | undefined) =>
    format.price(value, decimalsOf(symbol)) || texts.panels.none;
  const last = (symbol: string) => app.market.quote(symbol)?.lp;
  return [
    { ...symbolColumn(), cell: ({ symbol }) => <SymbolLink symbol={symbol} /> },
    {
      ...sideColumn(),
      value: ({ side }) => (side === Side.Buy ? texts.panels.long : texts.panels.short),
    },
    quantityColumn(),
    {
      key: "average",
      label: texts.panels.average,
      kind: "number",
      value: ({ avgPrice }) => avgPrice,
      text: ({ symbol, avgPrice }) => price(symbol, avgPrice),
    },
    {
      key: "last",
      label: texts.panels.last,
      kind: "number",
      class: "roomy",
      value: ({ symbol }) => last(symbol),
      text: ({ symbol }) => format.price(last(symbol), decimalsOf(symbol)),
    },
    {
      key: "profit",
      label: texts.panels.profitIn(app.account.currency),
      cardLabel: texts.panels.profit,
      kind: "number",
      value: ({ pl }) => pl ?? 0,
      text: ({ pl }) => format.change(pl ?? 0),
      tone: ({ pl }) => toneOf(pl),
    },
    {
      key: "takeProfit",
      label: texts.panels.takeProfit,
      kind: "number",
      class: "spare",
      value: ({ takeProfit }) => takeProfit,
      text: ({ symbol, takeProfit }) => price(symbol, takeProfit),
    },
    {
      key: "stopLoss",
      label: texts.panels.stopLoss,
      kind: "number",
      class: "spare",
      value: ({ stopLoss }) => stopLoss,
      text: ({ symbol, stopLoss }) => price(symbol, stopLoss),
    },
    {
      key: "actions",
      label: texts.panels.actions,
      cardLabel: "",
      class: "actions",
      header: () => <span class="hidden">{texts.panels.actions}</span>,
      cell: (position) => <Actions position={position} />,
    },
  ];
}

function Actions(props: { position: Position }) {
  const app = useApp();
  const { account } = app;
  const isRunning = () => app.isRunning(props.position.id);
  const copy = (): Position => ({ ...props.position });
  const reverse = () =>
    void app.runCommand(
      props.position.id,
      texts.panels.notReversed,
      () => account.broker.reversePosition(props.position.id),
      { confirm: texts.panels.reverseOf(props.position.symbol) },
    );
  const close = () =>
    void app.runCommand(
      props.position.id,
      texts.panels.notClosed,
      () => account.broker.closePosition(props.position.id),
      { confirm: texts.panels.closeOf(props.position.symbol) },
    );
  return (
    <>
      <Show when={account.supports("supportPositionBrackets")}>
        <button type="button" onClick={() => app.openDialog({ name: "protect", position: copy() })}>
          {texts.panels.protect}
        </button>
      </Show>
      <Show when={account.supports("supportReversePosition")}>
        <button type="button" disabled={isRunning()} onClick={reverse}>
          {texts.panels.reverse}
        </button>
      </Show>
      <button type="button" onClick={() => app.openDialog({ name: "close", position: copy() })}>
        {texts.panels.closePart}
      </button>
      <button type="button" class="strong" disabled={isRunning()} onClick={close}>
        {texts.panels.close}
      </button>
    </>
  );
}
