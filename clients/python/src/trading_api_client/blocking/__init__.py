"""The synchronous client, over a thread with an event loop of its own."""
