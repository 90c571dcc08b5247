import { type Order, OrderStatus, ParentType, Side } from "@trading-api/client";
import { For, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { durationLabel, purposeLabel, sideLabel, statusLabel } from "../labels.ts";
import { CANCEL_MANY } from "../shortcuts.ts";
import { isTrailing } from "../ticket/brackets.ts";
import { createDecimals } from "./decimals.ts";

export function OrdersTable() {
  const app = useApp();
  const { account } = app;
  const cancelAll = () =>
    void app.runCommand(CANCEL_MANY, "Not canceled", () =>
      account.broker.cancelOrders(
        "",
        undefined,
        account.liveOrders.map(({ id }) => id),
      ),
    );
  return (
    <Show
      when={account.liveOrders.length > 0}
      fallback={<p class="empty">No working order. Place a limit or stop order with the ticket.</p>}
    >
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col">Side</th>
            <th scope="col">Type</th>
            <th scope="col" class="n">
              Quantity
            </th>
            <th scope="col" class="n roomy">
              Filled
            </th>
            <th scope="col" class="n">
              Limit
            </th>
            <th scope="col" class="n">
              Stop
            </th>
            <th scope="col">Status</th>
            <th scope="col" class="spare">
              Lasts
            </th>
            <th scope="col" class="extra">
              Changed
            </th>
            <th scope="col" class="actions">
              <button type="button" disabled={app.isRunning(CANCEL_MANY)} onClick={cancelAll}>
                Cancel all
              </button>
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={account.liveOrders.map(({ id }) => id)}>
            {(id) => <Show when={account.liveOrder(id)}>{(order) => <Row order={order()} />}</Show>}
          </For>
        </tbody>
      </table>
    </Show>
  );
}

function Row(props: { order: Order }) {
  const app = useApp();
  const decimals = createDecimals(() => props.order.symbol);
  const isBracket = () =>
    props.order.parentType === ParentType.Order || props.order.parentType === ParentType.Position;
  return (
    <tr data-order={props.order.id} classList={{ child: isBracket() }}>
      <th scope="row">
        <button type="button" class="link" onClick={() => app.selectSymbol(props.order.symbol)}>
          {props.order.symbol}
        </button>
      </th>
      <td data-label="Side" class={props.order.side === Side.Buy ? "up" : "down"}>
        {sideLabel(props.order.side)}
      </td>
      <td data-label="Type">{purposeLabel(props.order)}</td>
      <td class="n" data-cell="qty" data-label="Quantity">
        {format.quantity(props.order.qty)}
      </td>
      <td class="n roomy" data-label="Filled">
        {format.quantity(props.order.filledQty ?? 0)}
      </td>
      <td class="n" data-cell="limit" data-label="Limit">
        {format.price(props.order.limitPrice, decimals()) || "–"}
      </td>
      <td class="n" data-cell="stop" data-label="Stop">
        {format.price(props.order.stopPrice, decimals()) || "–"}
        <Show when={props.order.trailingStopPips !== undefined && isTrailing(props.order)}>
          <small class="muted"> {format.quantity(props.order.trailingStopPips ?? 0)} pips</small>
        </Show>
      </td>
      <td data-cell="status" data-label="Status">
        <span class={`status ${props.order.status === OrderStatus.Working ? "working" : ""}`}>
          {statusLabel(props.order.status)}
        </span>
      </td>
      <td class="spare" data-cell="duration" data-label="Lasts">
        {durationLabel(props.order)}
      </td>
      <td class="extra" data-label="Changed">
        {format.time(props.order.updateTime)}
      </td>
      <td class="actions">
        <button
          type="button"
          onClick={() => app.openDialog({ name: "modify", order: { ...props.order } })}
        >
          Modify
        </button>
        <button
          type="button"
          class="strong"
          disabled={app.isRunning(props.order.id)}
          onClick={() =>
            void app.runCommand(props.order.id, "Not canceled", () =>
              app.account.broker.cancelOrder(props.order.id),
            )
          }
        >
          Cancel
        </button>
      </td>
    </tr>
  );
}
