import type { PriceAlert } from "@trading-api/client";
import { createEffect, createMemo, For, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { createDecimals } from "../panels/decimals.ts";
import { texts } from "../texts/texts.ts";
import "./alerts-table.css";

/** The price alerts of the account. */
export default function AlertsTable() {
  const app = useApp();
  const { alerts, market } = app;
  const symbols = createMemo(
    () => [...new Set(alerts.all.map(({ symbol }) => symbol))].sort(),
    [],
    { equals: (a, b) => a.join() === b.join() },
  );
  createEffect(() => onCleanup(market.subscribe(symbols())));
  return (
    <>
      <div class="alerts-head">
        <button
          type="button"
          aria-keyshortcuts="A"
          onClick={() => app.openDialog({ name: "alert", symbol: app.symbol() })}
        >
          {texts.alerts.create}
        </button>
      </div>
      <Show when={alerts.all.length > 0} fallback={<p class="empty">{texts.alerts.empty}</p>}>
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">{texts.alerts.columns.symbol}</th>
              <th scope="col">{texts.alerts.columns.condition}</th>
              <th scope="col" class="n">
                {texts.alerts.columns.price}
              </th>
              <th scope="col" class="n roomy">
                {texts.alerts.columns.distance}
              </th>
              <th scope="col">{texts.alerts.columns.status}</th>
              <th scope="col" class="spare">
                {texts.alerts.columns.expires}
              </th>
              <th scope="col">{texts.alerts.columns.message}</th>
              <th scope="col">
                <span class="hidden">{texts.alerts.columns.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={alerts.all}>{(alert) => <Row alert={alert} />}</For>
          </tbody>
        </table>
      </Show>
    </>
  );
}

function Row(props: { alert: PriceAlert }) {
  const app = useApp();
  const { alerts, market } = app;
  const { id, symbol } = props.alert;
  const decimals = createDecimals(() => symbol);
  const price = () => format.price(props.alert.price, decimals());
  const distance = () => {
    const last = market.quote(symbol)?.lp;
    return last === undefined ? "…" : format.percent((props.alert.price / last - 1) * 100);
  };
  const label = (name: keyof typeof texts.alerts.columns) => texts.alerts.columns[name];
  return (
    <tr data-alert={id}>
      <th scope="row">
        <button type="button" class="link" onClick={() => app.selectSymbol(symbol)}>
          {symbol}
        </button>
      </th>
      <td data-label={label("condition")}>
        {texts.alerts.conditions[props.alert.condition]}
        <Show when={props.alert.frequency === "repeating"}>
          <small class="muted"> {texts.alerts.frequencies.repeating.toLowerCase()}</small>
        </Show>
      </td>
      <td data-label={label("price")} class="n" data-cell="price">
        {price()}
      </td>
      <td data-label={label("distance")} class="n roomy">
        {distance()}
      </td>
      <td data-label={label("status")} data-cell="status">
        {texts.alerts.statuses[props.alert.status] ?? props.alert.status}
      </td>
      <td data-label={label("expires")} class="spare">
        {props.alert.expiresMs === undefined
          ? texts.alerts.never
          : format.time(props.alert.expiresMs)}
      </td>
      <td data-label={label("message")} class="why">
        {props.alert.message ?? ""}
      </td>
      <td class="actions">
        <button
          type="button"
          aria-label={texts.alerts.editNamed(symbol, price())}
          onClick={() => app.openDialog({ name: "alert", symbol, alert: { ...props.alert } })}
        >
          {texts.alerts.edit}
        </button>
        <button
          type="button"
          class="strong"
          aria-label={texts.alerts.deleteNamed(symbol, price())}
          disabled={app.isRunning(id)}
          onClick={() => app.runCommand(id, texts.alerts.notDeleted, () => alerts.delete(id))}
        >
          {texts.alerts.delete}
        </button>
      </td>
    </tr>
  );
}
