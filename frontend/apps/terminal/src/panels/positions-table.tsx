import { type Position, Side } from "@trading-api/client";
import { createEffect, For, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { createDecimals } from "./decimals.ts";

export function PositionsTable() {
  const app = useApp();
  const { account, market } = app;
  createEffect(() => onCleanup(market.subscribe(account.positions.map(({ symbol }) => symbol))));
  return (
    <Show
      when={account.positions.length > 0}
      fallback={
        <p class="empty">No open position. Buy or sell with the ticket, or press B or S.</p>
      }
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
              Average
            </th>
            <th scope="col" class="n roomy">
              Last
            </th>
            <th scope="col" class="n">
              Profit, {account.currency}
            </th>
            <th scope="col" class="n spare">
              Take profit
            </th>
            <th scope="col" class="n spare">
              Stop loss
            </th>
            <th scope="col">
              <span class="hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={account.positions.map(({ id }) => id)}>
            {(id) => (
              <Show when={account.position(id)}>{(position) => <Row position={position()} />}</Show>
            )}
          </For>
        </tbody>
      </table>
    </Show>
  );
}

function Row(props: { position: Position }) {
  const app = useApp();
  const decimals = createDecimals(() => props.position.symbol);
  const isLong = () => props.position.side === Side.Buy;
  const profit = () => props.position.pl ?? 0;
  const tone = () => (profit() > 0 ? "up" : profit() < 0 ? "down" : "");
  const isRunning = () => app.isRunning(props.position.id);
  const copy = (): Position => ({ ...props.position });
  return (
    <tr data-position={props.position.id}>
      <th scope="row">
        <button type="button" class="link" onClick={() => app.selectSymbol(props.position.symbol)}>
          {props.position.symbol}
        </button>
      </th>
      <td data-label="Side" class={isLong() ? "up" : "down"}>
        {isLong() ? "Long" : "Short"}
      </td>
      <td class="n" data-cell="qty" data-label="Quantity">
        {format.quantity(props.position.qty)}
      </td>
      <td class="n" data-cell="average" data-label="Average">
        {format.price(props.position.avgPrice, decimals())}
      </td>
      <td class="n roomy" data-label="Last">
        {format.price(app.market.quote(props.position.symbol)?.lp, decimals())}
      </td>
      <td class={`n ${tone()}`} data-cell="profit" data-label="Profit">
        {format.change(profit())}
      </td>
      <td class="n spare" data-label="Take profit">
        {format.price(props.position.takeProfit, decimals()) || "–"}
      </td>
      <td class="n spare" data-label="Stop loss">
        {format.price(props.position.stopLoss, decimals()) || "–"}
      </td>
      <td class="actions">
        <Show when={app.account.supports("supportPositionBrackets")}>
          <button
            type="button"
            onClick={() => app.openDialog({ name: "protect", position: copy() })}
          >
            Protect
          </button>
        </Show>
        <Show when={app.account.supports("supportReversePosition")}>
          <button
            type="button"
            disabled={isRunning()}
            onClick={() =>
              void app.runCommand(
                props.position.id,
                "Not reversed",
                () => app.account.broker.reversePosition(props.position.id),
                { confirm: `Reverse the position in ${props.position.symbol}` },
              )
            }
          >
            Reverse
          </button>
        </Show>
        <button type="button" onClick={() => app.openDialog({ name: "close", position: copy() })}>
          Close part
        </button>
        <button
          type="button"
          class="strong"
          disabled={isRunning()}
          onClick={() =>
            void app.runCommand(
              props.position.id,
              "Not closed",
              () => app.account.broker.closePosition(props.position.id),
              { confirm: `Close the position in ${props.position.symbol}` },
            )
          }
        >
          Close
        </button>
      </td>
    </tr>
  );
}
