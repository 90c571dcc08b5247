"""The venues that ccxt knows, as a VenueClient. Only `ccxt_connector` imports ccxt, in a process of
its own."""
