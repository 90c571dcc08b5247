"""Files of an account's executions and cash for tax and bookkeeping programs."""
