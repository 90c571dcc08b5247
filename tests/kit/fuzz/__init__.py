"""Fuzzing of a running server by its own documents: `python -m tests.kit.fuzz`."""
