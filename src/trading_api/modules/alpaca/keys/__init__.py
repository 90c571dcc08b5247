"""The keys by which Alpaca's clients authenticate."""
