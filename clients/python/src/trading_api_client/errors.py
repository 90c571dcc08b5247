"""The errors that the client raises."""

from __future__ import annotations


class TradingApiError(Exception):
    """The base class of all errors that the client raises."""


class Refused(TradingApiError):
    """The server rejected a request, with a code for programs and a message for people.

    `status` is the HTTP status. `retry_after_s` is the delay before another attempt, if the server
    states one. A rejected command changed nothing, unless the code is `outcome_unknown`."""

    def __init__(
        self, code: str, message: str, status: int, retry_after_s: float | None = None
    ) -> None:
        super().__init__(code, message, status, retry_after_s)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return f"{self.message} ({self.code}, {self.status})"

    def __repr__(self) -> str:
        return f"Refused({self.code!r}, {self.message!r}, status={self.status})"


class ConnectionFailed(TradingApiError):
    """There was no connection, or it ended before the response.

    A command may have been executed. Repeat it with the same key to learn its outcome."""


class TimedOut(TradingApiError):
    """There was no response in time. A command may have been executed, as in ConnectionFailed."""


class InvalidResponse(TradingApiError):
    """The answer to a request is not one that this version of the client knows.

    A proxy may have sent it, or a newer server. A command may have been executed."""


class ConsumerTooSlow(TradingApiError):
    """A stream was read so slowly that its buffer is full. It lost updates, and has ended."""
