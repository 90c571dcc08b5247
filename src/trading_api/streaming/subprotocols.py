"""The subprotocols of the WebSocket, and which one of those that a client offers is selected."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.auth.tokens import SUBPROTOCOL, SUBPROTOCOL_TOKEN
from trading_api.errors import ApiError
from trading_api.streaming.message_format import JSON, JSON_DEFLATED, MessageFormat
from trading_api.streaming.msgpack_format import MSGPACK, MSGPACK_DEFLATED

MSGPACK_SUBPROTOCOL = "trading-api.msgpack.v1"
PREFERENCE = (MSGPACK_SUBPROTOCOL, SUBPROTOCOL)
"""The subprotocols that can be selected, the preferred one first."""


class UnknownSubprotocol(ApiError):
    """A client offers subprotocols, and none of them is known."""

    def __init__(self) -> None:
        super().__init__(
            f"No subprotocol is known; offer {' or '.join(PREFERENCE)}, or none.",
            "unknown_subprotocol",
        )


def select_subprotocol(offered: Sequence[str]) -> str | None:
    """Return the preferred subprotocol of those that a client offers, None where it offers none.

    A subprotocol that carries a token is known, but never selected: the response would repeat the
    token. Raises UnknownSubprotocol."""
    for known in PREFERENCE:
        if known in offered:
            return known
    names = [name for name in offered if name]
    if names and not any(name.startswith(SUBPROTOCOL_TOKEN) for name in names):
        raise UnknownSubprotocol
    return None


def message_format(subprotocol: str | None, is_deflated: bool = False) -> MessageFormat:
    """Return the format of the sessions that selected a subprotocol, or none, and that accept
    shared compressed frames, or not."""
    if subprotocol == MSGPACK_SUBPROTOCOL:
        return MSGPACK_DEFLATED if is_deflated else MSGPACK
    return JSON_DEFLATED if is_deflated else JSON
