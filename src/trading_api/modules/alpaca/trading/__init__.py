"""Alpaca's trading API: accounts, orders, positions, assets, clock and calendar."""
