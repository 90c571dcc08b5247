"""`trading-api broker check`: reads the live account at its venue, and compares it with the
ledger."""
