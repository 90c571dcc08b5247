"""Orders, positions, executions and equity on a paper exchange."""
