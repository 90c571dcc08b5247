"""Alpaca's streams of market data."""
