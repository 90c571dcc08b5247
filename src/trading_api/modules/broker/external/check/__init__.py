"""`trading-api broker check`: asks the venue of the live account, and compares its ledger."""
