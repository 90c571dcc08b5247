import { expect, test } from "vitest";
import { commandErrorStatus } from "../src/command-error-status.ts";

test.each([
  ["orders.place", "trading_halted", 409],
  ["orders.place", "risk_order_value", 409],
  ["orders.place", "venue_disconnected", 503],
  ["orders.place", "ledger_failed", 503],
  ["orders.place", "insufficient_margin", 409],
  ["orders.place", "unknown_symbol", 422],
  ["positions.close", "unknown_symbol", 404],
  ["alerts.create", "too_many_alerts", 409],
  ["alerts.change", "alert_not_found", 404],
  ["alerts.change", "alert_firing", 503],
])("the error of %s with the code %s has the status %i of REST", (type, code, status) => {
  expect(commandErrorStatus(type, code)).toBe(status);
});
