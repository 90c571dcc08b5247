/** The dialogs that change orders, positions and the leverage. */
export const dialogs = {
  keep: "Keep as it is",
  closePartOf: (symbol: string) => `Close part of ${symbol}`,
  close: (quantity: string) => `Close ${quantity}`,
  quantityToClose: "Quantity to close",
  areOpen: (quantity: string) => `${quantity} are open`,
  leverage: "Leverage",
  leverageOf: (symbol: string) => `Leverage of ${symbol}`,
  setLeverage: (leverage: string) => `Set ${leverage}:1`,
  leverageBounds: (min: string, max: string, symbol: string) =>
    `From ${min} to ${max}, for all of ${symbol} in this account`,
  changes: "What it changes",
  modifyOf: (purpose: string, side: string, symbol: string) =>
    `Modify ${purpose}: ${side} ${symbol}`,
  modify: "Modify order",
  quantity: "Quantity",
  stopPrice: "Stop price",
  limitPrice: "Limit price",
  protect: (symbol: string) => `Protect ${symbol}`,
  setBrackets: "Set brackets",
};
