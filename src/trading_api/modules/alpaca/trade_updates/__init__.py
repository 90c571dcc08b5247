"""The stream `trade_updates`: the changes and fills of an account's orders."""
