"""Topics, requests and the market's time, carried over the bus between gateways and owners."""
