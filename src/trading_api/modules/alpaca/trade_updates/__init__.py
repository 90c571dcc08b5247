"""The stream `trade_updates`: what happens to the orders of an account."""
