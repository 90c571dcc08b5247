"""The binary format of frames, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.relay.update_frame import (
    VERSION,
    FrameError,
    RelayedUpdate,
    UpdateFrame,
    decode_frame,
    decode_updates,
    encode_frame,
    encode_update,
    topic_number,
)
from trading_api.streaming.update_encoding import EncodedDatum

NUMBERS = st.integers(0, 2**64 - 1)
NAMES = st.text(st.characters(codec="utf-8"), max_size=60)
UPDATES = st.builds(
    RelayedUpdate,
    number=NUMBERS,
    position=st.integers(-(2**63), 2**63 - 1),
    suffix=st.binary(max_size=300),
    datum=st.builds(EncodedDatum, json=st.binary(max_size=2_000), key=st.none() | NAMES),
)
FRAMES = st.builds(
    UpdateFrame,
    owner=NAMES,
    partition=NAMES,
    epoch=NUMBERS,
    stream=NUMBERS,
    seq=NUMBERS,
    prev=NUMBERS,
    body=st.binary(max_size=2_000),
)


def encoded(updates: list[RelayedUpdate]) -> bytes:
    return b"".join(
        encode_update(each.number, each.position, each.datum.key, each.suffix, each.datum.json)
        for each in updates
    )


@given(FRAMES)
def test_a_frame_is_decoded_as_it_was_encoded(frame: UpdateFrame) -> None:
    assert decode_frame(encode_frame(frame)) == frame


@given(st.lists(UPDATES, max_size=8))
def test_updates_are_decoded_as_they_were_encoded(updates: list[RelayedUpdate]) -> None:
    assert list(decode_updates(encoded(updates))) == updates


@given(st.lists(UPDATES, min_size=1, max_size=3), st.data())
def test_a_body_that_is_cut_off_is_an_error_or_shorter(
    updates: list[RelayedUpdate], data: st.DataObject
) -> None:
    body = encoded(updates)
    cut = data.draw(st.integers(0, len(body) - 1))
    try:
        found = list(decode_updates(body[:cut]))
    except FrameError:
        return
    assert found == updates[: len(found)]
    assert len(found) < len(updates)


@given(st.binary(max_size=200))
def test_any_other_bytes_are_a_frame_error_at_worst(message: bytes) -> None:
    try:
        list(decode_updates(decode_frame(message).body))
    except FrameError:
        return


def test_another_version_is_refused() -> None:
    frame = encode_frame(UpdateFrame("o", "market", 1, 2, 3, 2, b""))
    assert frame[0] == VERSION
    with pytest.raises(FrameError, match="version 2"):
        decode_frame(bytes([2]) + frame[1:])
    with pytest.raises(FrameError, match="version None"):
        decode_frame(b"")
    with pytest.raises(FrameError, match="cut off"):
        decode_frame(frame[:20])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(FrameError):
        encode_update(1, 0, "k" * 0xFFFF, b"", b"")
    with pytest.raises(FrameError):
        encode_update(1, 0, None, b"s" * 0x10000, b"")
    with pytest.raises(FrameError):
        encode_frame(UpdateFrame("o" * 256, "market", 1, 2, 3, 2, b""))


def test_the_number_of_a_topic_is_the_same_in_every_version() -> None:
    assert topic_number('orders:{"accountId":"DEMO-ACCOUNT"}') == 0x51C973C23146E160
