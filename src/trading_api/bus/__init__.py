"""The bus between processes: a port, and its implementations."""
