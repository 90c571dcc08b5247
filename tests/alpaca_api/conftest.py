"""Imports alpaca-py before the tests, which turn warnings into errors."""

import warnings

# It uses the client of websockets that was deprecated in version 14.
with warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
    import alpaca.trading  # noqa: F401
