"""The wire contract: the objects that REST and the WebSocket exchange."""
