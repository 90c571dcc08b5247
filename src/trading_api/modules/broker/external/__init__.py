"""Real venues behind the broker port: the ledger, the risk gate, and one client for each venue."""
