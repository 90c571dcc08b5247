"""Convert the images of accounts to JSON and back."""

from __future__ import annotations

import msgspec

from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.event_codec import UnreadableEvent

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AccountImage)


def encode_image(image: AccountImage) -> str:
    """Return the image as JSON. Equal images with equal digits give equal text."""
    return _encoder.encode(image).decode()


def decode_image(payload: str) -> AccountImage:
    """Return the image that was stored as `payload`. Raises UnreadableEvent."""
    try:
        return _decoder.decode(payload)
    except msgspec.MsgspecError as error:
        raise UnreadableEvent(f"a snapshot: {error}") from error
