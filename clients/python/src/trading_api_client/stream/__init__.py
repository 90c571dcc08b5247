"""Live updates over one WebSocket."""
