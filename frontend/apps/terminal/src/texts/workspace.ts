export const workspace = {
  chartName: (symbol: string, place: number) =>
    place === 0 ? `Chart of ${symbol}` : `Chart ${place}, of ${symbol}`,
  link: (letter: string) =>
    letter === ""
      ? "This chart has its own symbol: link it"
      : `This chart shows the symbol of the charts ${letter}: change`,
  panes: {
    watchlist: "Watchlist",
    side: "Order ticket",
    panels: "Account panels",
    lower: "What is under the ticket",
  },
  splitter: (pane: string) => `Size of: ${pane}`,
  splitterTitle: "Drag to resize, double click for the usual size, Enter to hide or show",
  pixels: (size: number) => `${size} px`,
  hidden: "Hidden",
  linkTitle: "Charts with the same letter show the same symbol",
};
