import { For, Match, Show, Switch } from "solid-js";
import { type Panel, useApp } from "../app-store.ts";
import { EquityChart } from "../chart/equity-chart.tsx";
import { FillsTable, HistoryTable } from "./history-tables.tsx";
import { OrdersTable } from "./orders-table.tsx";
import { PositionsTable } from "./positions-table.tsx";

const PANELS: readonly { name: Panel; label: string }[] = [
  { name: "positions", label: "Positions" },
  { name: "orders", label: "Orders" },
  { name: "history", label: "History" },
  { name: "fills", label: "Fills" },
  { name: "equity", label: "Equity" },
];

export function Panels() {
  const app = useApp();
  const { account } = app;
  const count = (name: Panel): number | undefined =>
    ({ positions: account.positions.length, orders: account.liveOrders.length })[name as string];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = PANELS.findIndex(({ name }) => name === app.panel());
    const next = PANELS[(at + step + PANELS.length) % PANELS.length];
    if (next === undefined) return;
    app.setPanel(next.name);
    document.getElementById(`tab-${next.name}`)?.focus();
  };
  return (
    <section class="panels" aria-label="Account">
      <div class="tabs" role="tablist" aria-label="Account" onKeyDown={onKeyDown}>
        <For each={PANELS}>
          {({ name, label }) => (
            <button
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={app.panel() === name}
              aria-controls="panel"
              tabindex={app.panel() === name ? 0 : -1}
              onClick={() => app.setPanel(name)}
            >
              {label}
              <Show when={count(name)}>{(n) => <span class="count">{n()}</span>}</Show>
            </button>
          )}
        </For>
      </div>
      <div
        id="panel"
        class="panel scroll"
        role="tabpanel"
        aria-labelledby={`tab-${app.panel()}`}
        tabindex="0"
      >
        <Show
          when={account.loading === "loaded"}
          fallback={
            <p class="empty" role="status">
              {account.loading === "loading"
                ? "Loading the account"
                : `The account could not be loaded. ${account.failure}`}
            </p>
          }
        >
          <Switch>
            <Match when={app.panel() === "positions"}>
              <PositionsTable />
            </Match>
            <Match when={app.panel() === "orders"}>
              <OrdersTable />
            </Match>
            <Match when={app.panel() === "history"}>
              <HistoryTable />
            </Match>
            <Match when={app.panel() === "fills"}>
              <FillsTable />
            </Match>
            <Match when={app.panel() === "equity"}>
              <EquityChart />
            </Match>
          </Switch>
        </Show>
      </div>
    </section>
  );
}
