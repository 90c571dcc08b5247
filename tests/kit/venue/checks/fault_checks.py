"""ccxt meets each fault of the simulated venue as what it is."""
