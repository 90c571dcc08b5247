"""A simulator of Alpaca on loopback: its trading REST API and the stream `trade_updates`."""
