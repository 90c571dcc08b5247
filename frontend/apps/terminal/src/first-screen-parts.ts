// What the first screen shows besides the chart and the ticket. One file of the build has it all, so
// that it is one request, and the first candles need not wait for it.
export { ChartDrawingsGate } from "./chart/drawings/chart-drawings-gate.tsx";
export { DrawingBar } from "./chart/drawings/drawing-bar.tsx";
export { TradingLayer } from "./chart/lines/trading-layer.tsx";
export { RangeBar } from "./chart/range-bar.tsx";
export { ChartView } from "./chart/view/chart-view.ts";
export { ViewLegend } from "./chart/view/view-legend.tsx";
export { ViewTools } from "./chart/view/view-tools.tsx";
export { MarketPane } from "./market/market-pane.tsx";
export { Watchlist } from "./market/watchlist.tsx";
export { AsideTabs } from "./workspace/aside-tabs.tsx";
export { Splitter } from "./workspace/splitter.tsx";
