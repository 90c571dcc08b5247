"""Compressed frames that are shared by clients."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.streaming.deflate import (
    RSV1,
    SHORT_BYTES,
    TAIL,
    WINDOW_BITS,
    deflated_binary_frame,
    deflated_text_frame,
)
from trading_api.streaming.frames import BINARY, TEXT, binary_frame, messages, text_frame
from trading_api.streaming.message_format import FrameMaker

MAKERS = [(deflated_text_frame, text_frame, TEXT), (deflated_binary_frame, binary_frame, BINARY)]


@pytest.mark.parametrize(("deflated", "plain", "kind"), MAKERS, ids=["text", "binary"])
@given(prefix=st.binary(max_size=400), data=st.binary(max_size=400), times=st.integers(1, 300))
def test_a_frame_has_the_content_of_one_that_is_not_compressed(
    deflated: FrameMaker, plain: FrameMaker, kind: int, prefix: bytes, data: bytes, times: int
) -> None:
    frame = deflated(prefix, data * times, b"}")
    ((first, content),) = messages(frame)
    assert first & ~RSV1 == kind
    if first & RSV1:
        # Nothing is left of earlier messages, so any client can inflate it.
        content = zlib.decompressobj(-WINDOW_BITS).decompress(content + TAIL)
    assert content == prefix + data * times + b"}"
    assert len(frame) <= len(plain(prefix, data * times, b"}"))


def test_short_messages_and_noise_are_not_compressed() -> None:
    assert deflated_text_frame(b"x" * (SHORT_BYTES - 1))[0] == TEXT
    assert deflated_text_frame(b"x" * SHORT_BYTES)[0] == TEXT | RSV1
    noise = zlib.compress(bytes(range(256)) * 20)
    assert deflated_binary_frame(noise)[0] == BINARY
