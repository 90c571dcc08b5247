import { For, lazy } from "solid-js";
import { useApp, type View } from "./app-store.ts";
import { ChartPane } from "./chart/chart-pane.tsx";
import { ChartToolbar } from "./chart/toolbar.tsx";
import { Dialogs } from "./dialogs/dialogs.tsx";
import { LiveBanner } from "./live-banner.tsx";
import { Watchlist } from "./market/watchlist.tsx";
import { Toasts } from "./notifications/toasts.tsx";
import { Panels } from "./panels/panels.tsx";
import { texts } from "./texts/texts.ts";
import { TicketPane } from "./ticket/ticket-pane.tsx";
import { Topbar } from "./topbar.tsx";

const MarketPane = lazy(async () => ({
  default: (await import("./market/market-pane.tsx")).MarketPane,
}));

const VIEWS: readonly View[] = ["chart", "trade", "watch", "account"];

/** The whole screen. A phone shows one view at a time. */
export function Terminal() {
  const app = useApp();
  return (
    <div class="terminal" data-view={app.view()} data-account={app.account.kind}>
      <div class="top">
        <LiveBanner />
        <Topbar />
      </div>
      <main>
        <Watchlist />
        <div class="center">
          <div class="charts">
            <ChartToolbar />
            <div class="chart-grid">
              <For each={app.charts.all()}>{(chart) => <ChartPane chart={chart} />}</For>
            </div>
          </div>
          <Panels />
        </div>
        <div class="side">
          <TicketPane />
          <MarketPane />
        </div>
      </main>
      <nav class="views" aria-label={texts.terminal.views}>
        <For each={VIEWS}>
          {(name) => (
            <button
              type="button"
              aria-current={app.view() === name ? "page" : undefined}
              onClick={() => app.setView(name)}
            >
              {texts.terminal.view[name]}
            </button>
          )}
        </For>
      </nav>
      <Toasts />
      <Dialogs />
    </div>
  );
}
