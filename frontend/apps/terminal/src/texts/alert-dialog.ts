export const alertDialog = {
  create: (symbol: string) => `New alert for ${symbol}`,
  edit: (symbol: string) => `Alert for ${symbol}`,
  save: "Save",
  condition: "Condition",
  price: "Price",
  last: (price: string, distance: string) => `The last price is ${price}, ${distance} away`,
  frequency: "How often",
  expires: "Expires, UTC",
  expiresHint: "Leave it empty for never",
  message: "Message",
  messageHint: "Optional, one line",
};
