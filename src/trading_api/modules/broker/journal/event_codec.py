"""Events as JSON and back, by the type hints of their classes."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from trading_api.modules.broker.engine.events import Event

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}

_encoder = msgspec.json.Encoder()
_decoders = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}


class UnreadableEvent(Exception):
    """An event that this version did not write, or that somebody changed."""


def encode(event: Event) -> str:
    """The same text for equal events with equal digits: it is what the chain hashes."""
    return _encoder.encode(event).decode()


def decode(kind: str, payload: str) -> Event:
    """Fields that are missing take their defaults: they are younger than the payload. Nothing in
    the payload is passed over. Raises UnreadableEvent."""
    decoder = _decoders.get(kind)
    if decoder is None:
        raise UnreadableEvent(f"{kind} is no event of this version")
    try:
        event = decoder.decode(payload)
    except msgspec.MsgspecError as error:
        raise UnreadableEvent(f"{kind}: {error}") from error
    encoded = encode(event)
    if encoded != payload and not _holds(
        msgspec.json.decode(encoded), msgspec.json.decode(payload)
    ):
        raise UnreadableEvent(f"{kind} holds what this version would lose")
    return event


def _holds(whole: Any, part: Any) -> bool:
    """Whether everything in `part` is in `whole`, as it is."""
    match whole, part:
        case dict(), dict():
            return all(key in whole and _holds(whole[key], part[key]) for key in part)
        case list(), list():
            return len(whole) == len(part) and all(map(_holds, whole, part))
        case _:
            return type(whole) is type(part) and bool(whole == part)
