"""A loopback counterpart of Alpaca: its trading REST API and the stream `trade_updates`."""
