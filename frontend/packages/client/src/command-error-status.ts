// The statuses with which REST answers the errors of commands, by their codes.

const CODES: Record<number, readonly string[]> = {
  401: ["token_invalid", "token_missing"],
  403: ["insufficient_scope"],
  404: [
    "account_not_found",
    "alert_not_found",
    "order_not_found",
    "position_not_found",
    "unknown_account",
  ],
  409: [
    "below_lot_step",
    "client_order_id_taken",
    "exceeds_position",
    "idempotency_key_reused",
    "insufficient_margin",
    "no_price",
    "not_reducing",
    "order_not_working",
    "order_request_pending",
    "order_triggered",
    "position_reversing",
    "quantity_below_filled",
    "too_many_alerts",
    "trading_halted",
  ],
  413: ["too_large"],
  429: ["too_many_commands_in_flight", "too_many_requests"],
  500: ["internal_error"],
  503: [
    "account_loading",
    "alert_firing",
    "alert_outcome_unknown",
    "alerts_unavailable",
    "halt_not_stored",
    "keys_unavailable",
    "outcome_unknown",
    "overloaded",
    "owner_unavailable",
    "shard_moving",
    "stopping",
    "venue_disconnected",
    "version_unknown",
  ],
};

/** Return the HTTP status of an error of a command. That of a code which is not listed is 422. */
export function commandErrorStatus(type: string, code: string): number {
  if (code.startsWith("ledger_")) return 503;
  if (code.startsWith("risk_")) return 409;
  // The id of a position is its symbol, so an unknown symbol is a position that does not exist.
  if (code === "unknown_symbol" && type.startsWith("positions.")) return 404;
  const found = Object.entries(CODES).find(([, codes]) => codes.includes(code));
  return found === undefined ? 422 : Number(found[0]);
}
