"""Errors that are reported to the caller. `web/error_handlers.py` turns them into responses."""

from collections.abc import Mapping


def truncate(text: str, length_max: int = 64) -> str:
    """Return the text, cut to `length_max` characters, to quote it in an error message."""
    return text if len(text) <= length_max else text[:length_max] + "..."


class ConfigurationError(Exception):
    """The settings do not allow a start. The message names the setting and what would work."""


class ApiError(Exception):
    """A request that is rejected, with a sentence for people and a code for programs.

    REST answers it with `status`; the WebSocket replies with `status: "error"`.
    """

    status = 400

    def __init__(self, detail: str, code: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.headers = headers


class Unauthorized(ApiError):
    """The token is missing or not valid."""

    status = 401

    def __init__(self, detail: str, *, is_missing: bool = False) -> None:
        challenge = "Bearer" if is_missing else 'Bearer error="invalid_token"'
        code = "token_missing" if is_missing else "token_invalid"
        super().__init__(detail, code, {"WWW-Authenticate": challenge})


class Forbidden(ApiError):
    """The caller may not do this."""

    status = 403


class TooManyRequests(ApiError):
    """A rate limit or a connection limit is reached; `retry_after_s` is when to try again."""

    status = 429

    def __init__(self, detail: str, retry_after_s: int, code: str = "too_many_requests") -> None:
        super().__init__(detail, code, {"Retry-After": str(retry_after_s)})


class NotFound(ApiError):
    """The object does not exist, or not for this caller."""

    status = 404


class Conflict(ApiError):
    """The object is not in a state that allows this."""

    status = 409


class Invalid(ApiError):
    """The request is well-formed but breaks a rule."""

    status = 422


class Unavailable(ApiError):
    """The server cannot do this now; the same request may succeed after `retry_after_s`."""

    status = 503

    def __init__(self, detail: str, code: str, retry_after_s: int = 1) -> None:
        super().__init__(detail, code, {"Retry-After": str(retry_after_s)})


class AccountNotFound(NotFound):
    """The account does not exist, or not for this caller."""

    def __init__(self, account_id: str) -> None:
        super().__init__(
            f"There is no account {truncate(account_id)!r}; "
            "GET /api/v1/broker/accounts lists yours.",
            "unknown_account",
        )


class SymbolNotFound(NotFound):
    """The symbol does not exist in the market source."""

    def __init__(self, symbol: str) -> None:
        super().__init__(
            f"There is no symbol {truncate(symbol)!r}; "
            "/api/v1/datafeed/search lists those there are.",
            "unknown_symbol",
        )


class NotSupportedByVenue(Invalid):
    """The request uses a feature that the account's venue lacks; `/broker/config` lists those that
    it has."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The account's venue does not support {what}.", "not_supported_by_venue")


class NotSupportedYet(Invalid):
    """The request uses a feature of TradingView that this broker does not support."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not supported yet.", "not_supported_yet")
