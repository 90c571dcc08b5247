import { For } from "solid-js";
import { useApp, type View } from "./app-store.ts";
import { ChartPane } from "./chart/chart-pane.tsx";
import { Dialogs } from "./dialogs/dialogs.tsx";
import { LiveBanner } from "./live-banner.tsx";
import { Watchlist } from "./market/watchlist.tsx";
import { Panels } from "./panels/panels.tsx";
import { TicketPane } from "./ticket/ticket-pane.tsx";
import { Topbar } from "./topbar.tsx";
import { Toasts } from "./widgets/toasts.tsx";

const VIEWS: readonly { name: View; label: string }[] = [
  { name: "chart", label: "Chart" },
  { name: "trade", label: "Trade" },
  { name: "watch", label: "Watch" },
  { name: "account", label: "Account" },
];

/** The whole screen. A phone shows one view at a time. */
export function Terminal() {
  const app = useApp();
  return (
    <div class="terminal" data-view={app.view()} data-account={app.account.kind}>
      <div class="top">
        <LiveBanner />
        <Topbar />
      </div>
      <Watchlist />
      <main>
        <ChartPane />
        <Panels />
      </main>
      <TicketPane />
      <nav class="views" aria-label="Views">
        <For each={VIEWS}>
          {({ name, label }) => (
            <button
              type="button"
              aria-current={app.view() === name ? "page" : undefined}
              onClick={() => app.setView(name)}
            >
              {label}
            </button>
          )}
        </For>
      </nav>
      <Toasts />
      <Dialogs />
    </div>
  );
}
