"""From a router's queue to a client's socket. No business in here."""
