/** What the errors of the server mean, by their codes, and what the user should do. */
const messages: Record<string, string> = {
  unknown_account: "The account does not exist, or it is not yours.",
  unknown_symbol: "There is no such symbol.",
};

const advice: Record<string, string> = {
  unknown_account: "Choose another account, or sign out and use another token.",
  insufficient_margin: "Lower the quantity, or close a position to free margin.",
  no_price: "The market is closed or silent: wait for it, or place a limit order.",
  price_off_tick: "Round the price to the symbol's tick.",
  quantity_off_grid: "Round the quantity to the symbol's step.",
  quantity_too_large: "Lower the quantity.",
  quantity_not_positive: "Enter a quantity above zero.",
  bracket_price_wrong: "Move the bracket to the other side of the price.",
  expiry_past: "Choose a later time; the screen's clock is UTC.",
  leverage_wrong: "Choose a whole number within its bounds.",
  duration_not_allowed: "Choose another duration.",
  order_not_working: "It ended meanwhile: see History.",
  order_not_found: "It ended meanwhile: see History.",
  position_not_found: "It was closed meanwhile: see History.",
  exceeds_position: "Close at most what is open.",
  not_modifiable: "Change its parent, or cancel it and place it again.",
};

export const errors = {
  messages,
  advice,
  wasSent: "Look at your orders once the badge says Live, before you send it again.",
  wasNotSent: "Wait until the badge says Live, then send it again.",
};
