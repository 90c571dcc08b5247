// The statuses with which REST answers the errors of commands, by their codes.

const CODES: Record<number, readonly string[]> = {
  401: ["token_invalid", "token_missing"],
  403: ["insufficient_scope"],
  404: ["order_not_found", "position_not_found", "unknown_account"],
  409: [
    "client_order_id_taken",
    "exceeds_position",
    "idempotency_key_reused",
    "insufficient_margin",
    "no_price",
    "not_reducing",
    "order_not_working",
    "order_triggered",
    "position_reversing",
    "quantity_below_filled",
  ],
  413: ["too_large"],
  429: ["too_many_commands_in_flight", "too_many_requests"],
  500: ["internal_error"],
  503: [
    "keys_unavailable",
    "outcome_unknown",
    "overloaded",
    "owner_unavailable",
    "shard_moving",
    "stopping",
    "version_unknown",
  ],
};

/** Return the HTTP status of an error of a command. That of a code which is not listed is 422. */
export function commandErrorStatus(type: string, code: string): number {
  if (code.startsWith("ledger_")) return 503;
  // The id of a position is its symbol, so an unknown symbol is a position that does not exist.
  if (code === "unknown_symbol" && type.startsWith("positions.")) return 404;
  const found = Object.entries(CODES).find(([, codes]) => codes.includes(code));
  return found === undefined ? 422 : Number(found[0]);
}
