export const workspace = {
  title: "Charts and layout",
  chartName: (symbol: string, place: number) =>
    place === 0 ? `Chart of ${symbol}` : `Chart ${place}, of ${symbol}`,
  nextChart: "Next chart",
  previousChart: "Previous chart",
  nextGrid: "One, two or four charts",
  layouts: "Layout",
  open: "Layout: charts and panes (W)",
  nextLayout: "Next saved layout",
  togglePanels: "Hide or show the account panels",
  toggleWatchlist: "Hide or show the watchlist",
  chartOf: (place: number, count: number) => `${place}/${count}`,
  showNextChart: (place: number, count: number) => `Chart ${place}/${count}: show the next`,
  accountForgotten: (id: string) => `The account ${id} is not yours any more`,
  accountIsDefault: "This is the default account.",
  aside: "Under the ticket",
  asideParts: { watchlist: "Watchlist", market: "Book and trades" },
  link: (letter: string) =>
    letter === ""
      ? "This chart has its own symbol: link it"
      : `This chart shows the symbol of the charts ${letter}: change`,
  panes: {
    watchlist: "Watchlist",
    side: "Order ticket",
    panels: "Account panels",
    lower: "Order book and trades",
  },
  splitter: (pane: string) => `Size of: ${pane}`,
  splitterTitle: "Drag to resize, double click for the usual size, Enter to hide or show",
  sizeTitle: "Drag to resize, double click for the usual size",
  pixels: (size: number) => `${size} px`,
  hidden: "Hidden",
  linkTitle: "Charts with the same letter show the same symbol",
};
