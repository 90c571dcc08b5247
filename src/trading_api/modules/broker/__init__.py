"""Orders, positions, executions and equity on a paper exchange and at real venues.

The module's class is in `module.py`: a connector, which uses the package for its messages alone,
must not import the web framework.
"""
