import { For, Show, Suspense } from "solid-js";
import { useApp, type View } from "./app-store.ts";
import { ChartPane } from "./chart/chart-pane.tsx";
import { ChartToolbar } from "./chart/toolbar.tsx";
import { Dialogs } from "./dialogs/dialogs.tsx";
import { firstScreenPart } from "./first-screen.ts";
import { LiveBanner } from "./live-banner.tsx";
import { Toasts } from "./notifications/toasts.tsx";
import { Panels } from "./panels/panels.tsx";
import { part } from "./part.ts";
import { texts } from "./texts/texts.ts";
import { TicketPane } from "./ticket/ticket-pane.tsx";
import { Topbar } from "./topbar.tsx";
import { windowKind } from "./workspace/window-kind.ts";

const Splitter = firstScreenPart("Splitter");
const Watchlist = firstScreenPart("Watchlist");
const MarketPane = firstScreenPart("MarketPane");
const RangeBar = firstScreenPart("RangeBar");
const AsideTabs = firstScreenPart("AsideTabs");
const DrawingBar = firstScreenPart("DrawingBar");
const ReplayBar = part(() => import("./replay/replay-bar.tsx"));

const VIEWS: readonly View[] = ["chart", "trade", "watch", "account"];

/** The whole screen. A phone shows one view at a time. */
export function Terminal() {
  const app = useApp();
  // A phone has the room of one chart.
  const shownCharts = () => (windowKind() === "phone" ? [app.charts.active()] : app.charts.all());
  return (
    <div
      class="terminal"
      data-view={app.view()}
      data-account={app.account.kind}
      data-aside={app.workspace.aside()}
      data-hidden={app.workspace.hiddenText()}
      style={app.workspace.styles()}
    >
      <div class="top">
        <LiveBanner />
        <Topbar />
        <Show when={app.replay.state() !== null}>
          <Suspense>
            <ReplayBar />
          </Suspense>
        </Show>
      </div>
      <main>
        <Watchlist />
        <Show when={windowKind() === "wide"}>
          <Splitter pane="watchlist" />
        </Show>
        <div class="center">
          <div class="charts">
            <ChartToolbar />
            <div class="chart-area">
              <div class="chart-grid" data-grid={app.charts.grid()}>
                <For each={shownCharts()}>{(chart) => <ChartPane chart={chart} />}</For>
              </div>
              <DrawingBar />
            </div>
            <Suspense fallback={<div class="range-bar" />}>
              <RangeBar />
            </Suspense>
          </div>
          <Show when={windowKind() !== "phone"}>
            <Splitter pane="panels" />
          </Show>
          <Panels />
        </div>
        <Show when={windowKind() !== "phone"}>
          <Splitter pane="side" />
        </Show>
        <div class="side">
          <TicketPane />
          <Show when={windowKind() === "wide"}>
            <Splitter pane="lower" />
          </Show>
          <MarketPane />
        </div>
        <Show when={windowKind() === "tablet"}>
          <AsideTabs />
          <Splitter pane="lower" />
        </Show>
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
