"""The errors of Binance's REST, as the simulated venue answers them."""

from __future__ import annotations

from typing import Any


class VenueError(Exception):
    """A request that the venue refuses: HTTP status, Binance's error code, its text and data."""

    def __init__(
        self, code: int, message: str, status: int = 400, data: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.data = data or {}


def missing(name: str) -> VenueError:
    text = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    return VenueError(-1102, text)


def illegal(name: str) -> VenueError:
    return VenueError(-1100, f"Illegal characters found in parameter '{name}'.")


def invalid_symbol() -> VenueError:
    return VenueError(-1121, "Invalid symbol.")
