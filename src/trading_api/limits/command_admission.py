"""What every command of an account has to pass, whether it arrives by REST or by the WebSocket."""

from __future__ import annotations

from trading_api.errors import Unavailable
from trading_api.limits.command_rate_limiter import CommandRateLimiter
from trading_api.observability.readiness import Readiness


class CommandAdmission:
    """Admits commands while the server is not stopping, and at most `per_s` a second of each
    account. With None there is no such limit. An urgent command is not counted: a strategy that
    runs wild must not keep anyone from the kill switch."""

    def __init__(self, per_s: float | None, readiness: Readiness) -> None:
        self._rates = None if per_s is None else CommandRateLimiter(per_s)
        self._readiness = readiness

    def admit(self, account_id: str, *, is_urgent: bool = False) -> None:
        """Count one command of the account. Raises TooManyRequests over the limit, and Unavailable
        once the server is stopping."""
        if self._readiness.is_stopping:
            raise Unavailable("The server stops; nothing was done.", "stopping")
        if self._rates is not None and not is_urgent:
            self._rates.consume(account_id)
