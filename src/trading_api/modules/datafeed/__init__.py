"""Symbols, history, and live bars and quotes."""
