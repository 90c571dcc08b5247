export const terminal = {
  views: "Views",
  view: { chart: "Chart", trade: "Trade", watch: "Watch", account: "Account" },
};
