import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from trading_api.streaming.frames import text_frame, texts


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 100_000])
def test_a_frame_is_what_websockets_would_send(size: int) -> None:
    text = b"x" * size
    expected = bytes(Frame(Opcode.TEXT, text).serialize(mask=False))
    assert text_frame(text) == expected
    assert text_frame(text[:40], text[40:]) == expected


@given(st.lists(st.binary(max_size=300)))
def test_frames_that_left_together_are_separated(parts: list[bytes]) -> None:
    assert list(texts(b"".join(map(text_frame, parts)))) == parts
