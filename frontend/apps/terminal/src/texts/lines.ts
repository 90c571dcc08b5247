/** The texts of the lines on the chart. */
export const lines = {
  protect: (position: string) => `${position}: drag out a take profit or a stop loss`,
  takeProfit: (quantity: string) => `Take profit ${quantity}`,
  stopLoss: (quantity: string) => `Stop loss ${quantity}`,
  long: (quantity: string) => `Long ${quantity}`,
  short: (quantity: string) => `Short ${quantity}`,
  cancel: (order: string) => `Cancel ${order}`,
  close: (position: string) => `Close ${position}`,
  outside: (count: number, side: "above" | "below") =>
    `${count} ${count === 1 ? "line" : "lines"} ${side} the visible prices: show`,
  fit: "Fit the candles",
  profit: (money: string, currency: string, percent: string) => `${money} ${currency} (${percent})`,
  estimate: (text: string) => `Estimate: ${text}`,
  distance: (distance: string, percent: string, value: string, currency: string) =>
    `${distance} (${percent}) from the market, value ${value} ${currency}`,
  noAnswer: "Free margin: …",
  freeMargin: (money: string) => `Free margin: ${money}`,
  notModified: "The order was not modified",
  notCanceled: "Not canceled",
  notClosed: "Not closed",
  notProtected: "Not protected",
  move: (purpose: string, symbol: string, price: string) =>
    `Move ${purpose.toLowerCase()} of ${symbol} to ${price}`,
  closePosition: (symbol: string) => `Close the position in ${symbol}`,
  protectPosition: (bracket: string, symbol: string, price: string) =>
    `${bracket} of ${symbol} at ${price}`,
};
