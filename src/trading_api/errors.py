"""What a caller can be told went wrong. `shared/api/error_handlers.py` turns it into a response."""

from collections.abc import Mapping


def shown(text: str, length_max: int = 64) -> str:
    """A caller's own words, short enough to be repeated to them."""
    return text if len(text) <= length_max else text[:length_max] + "..."


class ConfigurationError(Exception):
    """The settings can't be started with; one sentence says which and what would work."""


class ApiError(Exception):
    """One sentence for a person, a code for a program. Over REST it has a status; over the
    WebSocket it becomes a reply with `status: "error"`."""

    status = 400

    def __init__(self, detail: str, code: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.headers = headers


class Unauthorized(ApiError):
    """No token, or none that is taken."""

    status = 401

    def __init__(self, detail: str, *, is_missing: bool = False) -> None:
        challenge = "Bearer" if is_missing else 'Bearer error="invalid_token"'
        code = "token_missing" if is_missing else "token_invalid"
        super().__init__(detail, code, {"WWW-Authenticate": challenge})


class Forbidden(ApiError):
    status = 403


class TooMany(ApiError):
    status = 429

    def __init__(self, detail: str, retry_after_s: int, code: str = "too_many_requests") -> None:
        super().__init__(detail, code, {"Retry-After": str(retry_after_s)})


class NotFound(ApiError):
    status = 404


class Conflict(ApiError):
    status = 409


class Invalid(ApiError):
    status = 422


class Unavailable(ApiError):
    status = 503


class SymbolNotFound(NotFound):
    def __init__(self, symbol: str) -> None:
        super().__init__(
            f"There is no symbol {shown(symbol)!r}; /api/v1/datafeed/search lists those there are.",
            "unknown_symbol",
        )


class NotSupportedYet(Invalid):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not supported yet.", "not_supported_yet")
