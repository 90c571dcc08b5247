import { type Order, OrderStatus, ParentType } from "@trading-api/client";
import { Show } from "solid-js";
import { type AppStore, useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { durationLabel, orderLabel, statusLabel } from "../labels.ts";
import { texts } from "../texts/texts.ts";
import { isTrailing } from "../ticket/brackets.ts";
import { CANCEL_MANY } from "../ticket/shortcuts.ts";
import type { Column } from "../widgets/data-table/columns.ts";
import { DataTable } from "../widgets/data-table/data-table.tsx";
import { createDecimalsOf } from "./decimals.ts";
import { type PanelProps, SymbolLink } from "./panel.tsx";
import { quantityColumn, sideColumn, symbolColumn } from "./trade-columns.ts";

export default function OrdersTable(props: PanelProps) {
  const app = useApp();
  const { account } = app;
  const columns = createColumns(app);
  return (
    <DataTable
      name="orders"
      label={texts.panels.orders}
      columns={columns}
      rows={account.liveOrders}
      keyAttribute="data-order"
      keyOf={({ id }) => id}
      isChild={({ parentType }) =>
        parentType === ParentType.Order || parentType === ParentType.Position
      }
      empty={<p class="empty">{texts.panels.noOrder}</p>}
      toolsPlace={props.toolsPlace}
      tools={(shown) => <CancelShown orders={shown()} />}
    />
  );
}

function createColumns(app: AppStore): Column<Order>[] {
  const decimalsOf = createDecimalsOf();
  const price = (symbol: string, value: number | undefined) =>
    format.price(value, decimalsOf(symbol)) || texts.panels.none;
  return [
    { ...symbolColumn(), cell: ({ symbol }) => <SymbolLink symbol={symbol} /> },
    sideColumn(),
    { key: "type", label: texts.panels.type, isFacet: true, value: orderLabel },
    quantityColumn(),
    {
      key: "filled",
      label: texts.panels.filled,
      kind: "number",
      class: "roomy",
      value: ({ filledQty }) => filledQty ?? 0,
      text: ({ filledQty }) => format.quantity(filledQty ?? 0),
    },
    {
      key: "limit",
      label: texts.panels.limit,
      kind: "number",
      value: ({ limitPrice }) => limitPrice,
      text: ({ symbol, limitPrice }) => price(symbol, limitPrice),
    },
    {
      key: "stop",
      label: texts.panels.stop,
      kind: "number",
      value: ({ stopPrice }) => stopPrice,
      text: ({ symbol, stopPrice }) => price(symbol, stopPrice),
      cell: (order) => (
        <>
          {price(order.symbol, order.stopPrice)}
          <Show when={order.trailingStopPips !== undefined && isTrailing(order)}>
            <small class="muted">
              {" "}
              {texts.panels.pips(format.quantity(order.trailingStopPips ?? 0))}
            </small>
          </Show>
        </>
      ),
    },
    {
      key: "status",
      label: texts.panels.status,
      isFacet: true,
      value: ({ status }) => statusLabel(status),
      cell: (order) => (
        <span class={`status ${order.status === OrderStatus.Working ? "working" : ""}`}>
          {statusLabel(order.status)}
        </span>
      ),
    },
    { key: "duration", label: texts.panels.lasts, class: "spare", value: durationLabel },
    {
      key: "changed",
      label: texts.panels.changed,
      kind: "time",
      class: "extra",
      value: ({ updateTime }) => updateTime,
      text: ({ updateTime }) => format.time(updateTime),
    },
    { key: "id", label: texts.panels.order, isOptional: true, value: ({ id }) => id },
    {
      key: "actions",
      label: texts.panels.actions,
      cardLabel: "",
      class: "actions",
      header: () => <span class="hidden">{texts.panels.actions}</span>,
      cell: (order) => <Actions app={app} order={order} />,
    },
  ];
}

/** Cancels all orders, or those that match the filter. */
function CancelShown(props: { orders: readonly Order[] }) {
  const app = useApp();
  const isAll = () => props.orders.length === app.account.liveOrders.length;
  const cancel = () => {
    const ids = props.orders.map(({ id }) => id);
    void app.runCommand(CANCEL_MANY, texts.panels.notCanceled, () =>
      app.account.broker.cancelOrders("", undefined, ids),
    );
  };
  return (
    <Show when={props.orders.length > 0}>
      <button type="button" disabled={app.isRunning(CANCEL_MANY)} onClick={cancel}>
        {isAll() ? texts.panels.cancelAll : texts.panels.cancelShown(props.orders.length)}
      </button>
    </Show>
  );
}

function Actions(props: { app: AppStore; order: Order }) {
  const cancel = () =>
    void props.app.runCommand(props.order.id, texts.panels.notCanceled, () =>
      props.app.account.broker.cancelOrder(props.order.id),
    );
  return (
    <>
      <button
        type="button"
        onClick={() => props.app.openDialog({ name: "modify", order: { ...props.order } })}
      >
        {texts.panels.modify}
      </button>
      <button
        type="button"
        class="strong"
        disabled={props.app.isRunning(props.order.id)}
        onClick={cancel}
      >
        {texts.panels.cancel}
      </button>
    </>
  );
}
