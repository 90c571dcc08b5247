"""The client of Alpaca: a VenueClient through alpaca-py, which runs in a process of its own."""
