"""The time window and the page that a client requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from trading_api.errors import ApiError
from trading_api.models.alpaca.market_data import HistoryQuery
from trading_api.modules.alpaca.data.page_token import PageToken
from trading_api.modules.alpaca.data.times import parse_end_ms, parse_start_ms

_INSTANT_MAX_MS = 10**13
"""About the years 1653 and 2286, between which each instant has a date in every time zone."""


def bad_request(message: str) -> ApiError:
    """Return the error of a parameter that cannot be read, which Alpaca answers with 400."""
    return ApiError(message, "invalid_parameter")


@dataclass(frozen=True, slots=True)
class Window:
    """The instants from `start_ms` to `end_ms`, both included, in ms since 1970.

    Without a start, it has the latest `whole_limit` items. A page of it begins at `token`, and has
    at most `limit` items."""

    start_ms: int | None
    end_ms: int
    limit: int
    whole_limit: int
    is_descending: bool
    token: PageToken | None

    @classmethod
    def of(cls, query: HistoryQuery, now_ms: int, zone: ZoneInfo) -> Window:
        """Return the window of a request, which never ends after `now_ms`. Dates are those of the
        zone. Raises ApiError."""
        end_ms = min(now_ms, _parsed("end", query.end, zone, now_ms))
        start_ms = _parsed("start", query.start, zone, end_ms) if query.start else None
        if start_ms is not None and start_ms > _parsed("end", query.end, zone, start_ms):
            raise bad_request("end should not be before start")
        is_descending, token = query.sort == "desc", _token(query.page_token)
        return cls(start_ms, end_ms, query.limit, query.limit, is_descending, token)

    def rest(self, name: str, limit: int) -> Window:
        """Return the window of one symbol's part of the page, with at most `limit` items."""
        token = self.token if self.token is not None and self.token.symbol == name else None
        return replace(self, limit=limit, token=token)


def _parsed(name: str, text: str | None, zone: ZoneInfo, default_ms: int) -> int:
    if not text:
        return default_ms
    parse = parse_start_ms if name == "start" else parse_end_ms
    try:
        return max(-_INSTANT_MAX_MS, min(parse(text, zone), _INSTANT_MAX_MS))
    except (ValueError, OverflowError):
        raise bad_request(f"invalid {name}: it is neither RFC 3339 nor YYYY-MM-DD") from None


def _token(text: str | None) -> PageToken | None:
    if not text:
        return None
    try:
        return PageToken.decode(text)
    except ValueError:
        raise bad_request("invalid page_token") from None
