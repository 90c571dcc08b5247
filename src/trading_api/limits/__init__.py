"""Limits on what one caller may use: connections, messages, commands and nesting of JSON."""
