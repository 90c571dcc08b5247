"""The routes of the WebSocket."""
