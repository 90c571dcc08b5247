import { type Component, createMemo, For, lazy, Show, Suspense } from "solid-js";
import { Dynamic } from "solid-js/web";
import { type AppStore, type Panel, useApp } from "../app-store.ts";
import { EquityChart } from "../chart/equity-chart.tsx";
import { texts } from "../texts/texts.ts";
import { FillsTable, HistoryTable } from "./history-tables.tsx";
import { OrdersTable } from "./orders-table.tsx";
import { PositionsTable } from "./positions-table.tsx";

interface PanelEntry {
  name: Panel;
  label: string;
  component: Component;
  /** Return the number of its rows, which its tab shows. */
  count?(app: AppStore): number;
  /** Return whether the server has what it shows. */
  isOffered?(app: AppStore): boolean;
}

/** The panels under the charts. Those that are not needed at the start are loaded on demand. */
const PANELS: readonly PanelEntry[] = [
  {
    name: "positions",
    label: "Positions",
    component: PositionsTable,
    count: ({ account }) => account.positions.length,
  },
  {
    name: "orders",
    label: "Orders",
    component: OrdersTable,
    count: ({ account }) => account.liveOrders.length,
  },
  { name: "history", label: "History", component: HistoryTable },
  { name: "fills", label: "Fills", component: FillsTable },
  { name: "equity", label: "Equity", component: EquityChart },
  {
    name: "alerts",
    label: texts.alerts.panel,
    component: lazy(() => import("../alerts/alerts-table.tsx")),
    isOffered: ({ alerts }) => alerts.isAvailable,
  },
];

export function Panels() {
  const app = useApp();
  const { account } = app;
  const offered = createMemo(() => PANELS.filter(({ isOffered }) => isOffered?.(app) ?? true));
  const shown = () => offered().find(({ name }) => name === app.panel()) ?? offered()[0];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const all = offered();
    const at = all.findIndex(({ name }) => name === app.panel());
    const next = all[(at + step + all.length) % all.length];
    if (next === undefined) return;
    app.setPanel(next.name);
    document.getElementById(`tab-${next.name}`)?.focus();
  };
  return (
    <section class="panels" aria-label="Account">
      <div class="tabs" role="tablist" aria-label="Account" onKeyDown={onKeyDown}>
        <For each={offered()}>
          {({ name, label, count }) => (
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
              <Show when={count?.(app)}>{(n) => <span class="count">{n()}</span>}</Show>
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
          <Suspense>
            <Dynamic component={shown()?.component} />
          </Suspense>
        </Show>
      </div>
    </section>
  );
}
