export const terminal = {
  noSymbol: (symbol: string) => `There is no ${symbol} here`,
  thisIs: (symbol: string) => `This is ${symbol}; press / for others.`,
  views: "Views",
  view: { chart: "Chart", trade: "Trade", watch: "Watch", account: "Account" },
};
