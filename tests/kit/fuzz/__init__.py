"""Fuzz a running server by its own specifications: `python -m tests.kit.fuzz`."""
