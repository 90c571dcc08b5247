"""Alpaca's REST and streaming API over the ports of the market and the broker.

docs/compatibility.md describes it.

The module's class is in `module.py`: the command line, which uses the package for its keys alone,
must not import the web framework.
"""
