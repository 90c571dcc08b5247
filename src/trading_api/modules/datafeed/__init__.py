"""Symbols, history, and live bars and quotes.

The module's class is in `module.py`: a connector, which uses the package for its messages alone,
must not import the web framework.
"""
