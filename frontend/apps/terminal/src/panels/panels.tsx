import { type Component, createMemo, For, Show, Suspense } from "solid-js";
import { Dynamic } from "solid-js/web";
import { type AppStore, type Panel, useApp } from "../app-store.ts";
import { whenFirstScreenIsIdle } from "../first-screen.ts";
import { MissingPart } from "../missing-part.tsx";
import { part } from "../part.ts";
import { texts } from "../texts/texts.ts";
import type { PanelProps } from "./panel.tsx";
import { PositionsPanel, PositionsTable } from "./positions-panel.tsx";

const OrdersTable = part(() => import("./orders-table.tsx"), MissingPart);
const HistoryTable = part(() => import("./history-table.tsx"), MissingPart);
const FillsTable = part(() => import("./fills-table.tsx"), MissingPart);

interface PanelEntry {
  name: Panel;
  label: string;
  component: Component<PanelProps>;
  /** Return the number of its rows, which its tab shows. */
  count?(app: AppStore): number;
  /** Return whether the server has what it shows. */
  isOffered?(app: AppStore): boolean;
}

/** The panels under the charts. Those that are not needed at the start are loaded on demand. */
const PANELS: readonly PanelEntry[] = [
  {
    name: "positions",
    label: texts.panels.positions,
    component: PositionsPanel,
    count: ({ account }) => account.positions.length,
  },
  {
    name: "orders",
    label: texts.panels.orders,
    component: OrdersTable,
    count: ({ account }) => account.liveOrders.length,
  },
  { name: "history", label: texts.panels.history, component: HistoryTable },
  { name: "fills", label: texts.panels.fills, component: FillsTable },
  {
    name: "summary",
    label: texts.panels.summary,
    component: part(() => import("../account/summary-panel.tsx"), MissingPart),
  },
  {
    name: "equity",
    label: texts.panels.equity,
    component: part(() => import("../account/equity-panel.tsx"), MissingPart),
  },
  {
    name: "statistics",
    label: texts.panels.statistics,
    component: part(() => import("../account/statistics-panel.tsx"), MissingPart),
  },
  {
    name: "trades",
    label: texts.panels.trades,
    component: part(() => import("../account/trades-panel.tsx"), MissingPart),
  },
  {
    name: "alerts",
    label: texts.alerts.panel,
    component: part(() => import("../alerts/alerts-table.tsx"), MissingPart),
    isOffered: ({ alerts }) => alerts.isAvailable,
  },
];

export function Panels() {
  const app = useApp();
  const { account } = app;
  let toolsPlace!: HTMLDivElement;
  // An outage must not keep these from a trader.
  void whenFirstScreenIsIdle().then(() => {
    for (const table of [PositionsTable, OrdersTable, HistoryTable, FillsTable]) {
      void table.preload();
    }
  });
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
    <section class="panels" aria-label={texts.panels.account}>
      <div class="tab-row">
        <div class="tabs" role="tablist" aria-label={texts.panels.account} onKeyDown={onKeyDown}>
          <For each={offered()}>
            {({ name, label, count }) => (
              <button
                type="button"
                role="tab"
                id={`tab-${name}`}
                aria-selected={shown()?.name === name}
                aria-controls="panel"
                tabindex={shown()?.name === name ? 0 : -1}
                onClick={() => app.setPanel(name)}
              >
                {label}
                <Show when={count?.(app)}>{(n) => <span class="count">{n()}</span>}</Show>
              </button>
            )}
          </For>
        </div>
        <div class="tools-place" ref={toolsPlace} />
      </div>
      <div
        id="panel"
        class="panel scroll"
        role="tabpanel"
        aria-labelledby={`tab-${shown()?.name}`}
        tabindex="0"
      >
        <Show
          when={account.loading === "loaded"}
          fallback={
            <p class="empty" role="status">
              {account.loading === "loading"
                ? texts.panels.loadingAccount
                : texts.panels.accountFailed(account.failure)}
            </p>
          }
        >
          <Suspense>
            <Dynamic component={shown()?.component} toolsPlace={toolsPlace} />
          </Suspense>
        </Show>
      </div>
    </section>
  );
}
