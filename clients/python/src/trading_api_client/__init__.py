"""The Python client of trading_api."""
