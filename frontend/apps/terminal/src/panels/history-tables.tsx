import { type Execution, type Order, Side } from "@trading-api/client";
import { For, onMount, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { purposeLabel, sideLabel, statusLabel } from "../labels.ts";
import { createDecimals } from "./decimals.ts";

const ROWS_MAX = 200;

export function HistoryTable() {
  const { account } = useApp();
  onMount(() => void account.loadHistory());
  const emptyText = () => {
    if (account.historyLoading === "loading") return "Loading the history";
    if (account.historyLoading === "failed") return "The history could not be loaded.";
    return "No order ended yet. Filled, canceled and rejected ones are kept here.";
  };
  return (
    <Show
      when={account.endedOrders.length > 0}
      fallback={
        <p class="empty" role="status">
          {emptyText()}
        </p>
      }
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
            <th scope="col" class="n">
              Average
            </th>
            <th scope="col">Status</th>
            <th scope="col">Ended</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          <For each={account.endedOrders.slice(0, ROWS_MAX)}>
            {(order) => <OrderRow order={order} />}
          </For>
        </tbody>
      </table>
    </Show>
  );
}

function OrderRow(props: { order: Order }) {
  const decimals = createDecimals(() => props.order.symbol);
  return (
    <tr data-order={props.order.id}>
      <th scope="row">{props.order.symbol}</th>
      <td data-label="Side" class={props.order.side === Side.Buy ? "up" : "down"}>
        {sideLabel(props.order.side)}
      </td>
      <td data-label="Type">{purposeLabel(props.order)}</td>
      <td data-label="Quantity" class="n">
        {format.quantity(props.order.qty)}
      </td>
      <td data-label="Average" class="n">
        {format.price(props.order.avgPrice, decimals()) || "–"}
      </td>
      <td data-label="Status" data-cell="status">
        {statusLabel(props.order.status)}
      </td>
      <td data-label="Ended">{format.time(props.order.updateTime)}</td>
      <td data-label="Why" class="why">
        {props.order.message?.text ?? ""}
      </td>
    </tr>
  );
}

export function FillsTable() {
  const { account } = useApp();
  const newest = () => account.executions.slice(-ROWS_MAX).reverse();
  return (
    <Show
      when={account.executions.length > 0}
      fallback={<p class="empty">No fill yet. Each execution of an order is kept here.</p>}
    >
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col">Side</th>
            <th scope="col" class="n">
              Quantity
            </th>
            <th scope="col" class="n">
              Price
            </th>
            <th scope="col" class="n">
              Commission
            </th>
            <th scope="col" class="n">
              Cash, {account.currency}
            </th>
            <th scope="col">Time, UTC</th>
            <th scope="col">Order</th>
          </tr>
        </thead>
        <tbody>
          <For each={newest()}>{(execution) => <FillRow execution={execution} />}</For>
        </tbody>
      </table>
    </Show>
  );
}

function FillRow(props: { execution: Execution }) {
  const decimals = createDecimals(() => props.execution.symbol);
  const cash = () => props.execution.netAmount ?? 0;
  return (
    <tr data-fill={props.execution.orderId}>
      <th scope="row">{props.execution.symbol}</th>
      <td data-label="Side" class={props.execution.side === Side.Buy ? "up" : "down"}>
        {sideLabel(props.execution.side)}
      </td>
      <td data-label="Quantity" class="n">
        {format.quantity(props.execution.qty)}
      </td>
      <td data-label="Price" class="n">
        {format.price(props.execution.price, decimals())}
      </td>
      <td data-label="Commission" class="n">
        {format.money(props.execution.commission ?? 0)}
      </td>
      <td data-label="Cash" class={`n ${cash() > 0 ? "up" : cash() < 0 ? "down" : ""}`}>
        {format.change(cash())}
      </td>
      <td data-label="Time">{format.time(props.execution.time)}</td>
      <td data-label="Order">{props.execution.orderId}</td>
    </tr>
  );
}
