import { type AppStore, useApp } from "../app-store.ts";
import type { ChartStore } from "../chart/chart-store.ts";
import type { PriceChart } from "../chart/price-chart.ts";
import type { Arrival } from "../chart/view/time-window.ts";
import { viewOf } from "../chart/view/view-of.ts";
import { messageOf } from "../error-messages.ts";
import { account as texts } from "../texts/account.ts";

/** Return a function that shows a symbol on the active chart at a time in ms UTC. */
export function createTradeView(): (symbol: string, time: number) => Promise<void> {
  const app = useApp();
  return (symbol, time) => showAt(app, symbol, time);
}

async function showAt(app: AppStore, symbol: string, time: number): Promise<void> {
  const store = app.charts.active();
  const view = viewOf(store);
  app.setView("chart");
  if (view === null) {
    app.selectSymbol(symbol);
    return;
  }
  const isShown = view.chart.symbol?.name === symbol && store.symbol() === symbol;
  const shown = isShown ? null : nextShown(view.chart, store, symbol);
  if (!isShown) app.selectSymbol(symbol);
  await shown;
  let arrival: Arrival = await view.time.goTo(time);
  if (arrival.kind === "far" && arrival.resolution !== undefined) {
    const next = nextShown(view.chart, store, symbol);
    store.setResolution(arrival.resolution);
    await next;
    arrival = await view.time.goTo(time);
  }
  if (arrival.kind === "failed") {
    const text = messageOf(arrival.reason);
    app.notifications.show({ tone: "error", title: texts.trades.notShown, text });
  }
}

/** Resolve once the chart shows the newest bars of a symbol, or the user has chosen another one. */
function nextShown(chart: PriceChart, store: ChartStore, symbol: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = chart.onShown(() => {
      if (chart.symbol?.name !== symbol && store.symbol() === symbol) return;
      stop();
      resolve();
    });
  });
}
