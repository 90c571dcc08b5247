"""One strategy for backtests, paper accounts and live accounts."""
