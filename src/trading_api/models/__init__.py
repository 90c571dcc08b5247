"""The wire contract: what crosses REST and the WebSocket, and nothing else."""
