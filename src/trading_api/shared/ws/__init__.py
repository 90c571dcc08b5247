"""The routes of the WebSocket: their interface, their shared logic and their generator."""
