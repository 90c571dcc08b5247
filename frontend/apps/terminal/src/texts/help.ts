export const help = {
  title: "Help",
  search: "Find a shortcut",
  shortcuts: "Shortcuts",
  nothing: "No shortcut has these words.",
  rest: "REST API",
  webSocket: "WebSocket API",
  chartsBy: "Charts by",
  chartLibrary: "KLineChart",
  withPartsOf: ", copyright 2019 lihu, with parts of",
  otherLibrary: "TradingView Lightweight Charts",
  underThe: ", copyright 2019 TradingView, Inc., under the",
  licence: "Apache License 2.0",
};
