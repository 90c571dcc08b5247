export const topbar = {
  name: "trading_api terminal",
  findSymbol: (symbol: string) => `Symbol ${symbol}: find another`,
  symbol: "Symbol",
  equity: "Equity",
  openProfit: "Open profit",
  toLight: "Change to light",
  toDark: "Change to dark",
  theme: "Light or dark (D)",
  help: "Help: shortcuts and documents",
  helpTitle: "Shortcuts and documents (?)",
};
