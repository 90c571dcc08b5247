"""Hooks: alerts of TradingView place orders, or move a position to a target.

The module's class is in `module.py`: the command line, which uses the package for its store alone,
must not import the web framework.
"""
