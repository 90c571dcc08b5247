"""The page token: a string with which a client requests the next page."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageToken:
    """The symbol at which the next page begins, and the time of its next item.

    Without a time, the next page begins with the symbol's first item. `skip` items of that time
    were in earlier pages."""

    symbol: str
    time_ms: int | None = None
    skip: int = 0

    def encode(self) -> str:
        time = "" if self.time_ms is None else str(self.time_ms)
        return urlsafe_b64encode(f"{self.symbol}|{time}|{self.skip}".encode()).decode()

    @classmethod
    def decode(cls, text: str) -> PageToken:
        """Return the token that a string encodes. Raises ValueError."""
        symbol, time, skip = urlsafe_b64decode(text.encode("ascii")).decode().split("|")
        token = cls(symbol, int(time) if time else None, int(skip))
        if token.skip < 0 or token.encode() != text:
            raise ValueError("no page token")
        return token
