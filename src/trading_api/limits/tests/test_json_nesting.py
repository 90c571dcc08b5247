"""The nesting of JSON is counted without parsing it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.limits.json_nesting import exceeds_nesting

NESTED = st.recursive(
    st.none() | st.text(alphabet='[]{}"\\a'),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text('[{"\\'), inner, max_size=3),
)


def depth_of(value: object) -> int:
    """Return the nesting of a parsed value: the slow reference."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(NESTED, st.integers(0, 6))
def test_nesting_agrees_with_the_depth_of_the_parsed_value(value: object, depth_max: int) -> None:
    assert exceeds_nesting(json.dumps(value), depth_max) is (depth_of(value) > depth_max)


def test_an_unterminated_string_extends_to_the_end_and_is_scanned_once() -> None:
    assert not exceeds_nesting('["' + "[" * 200, 128)
    # Scanned again from each quotation mark, this would block the event loop for ten seconds.
    assert exceeds_nesting("[" * 129 + '"' + '\\"' * 32_000, 128)


@pytest.mark.parametrize("count", [0, 1, 2_047, 2_048, 2_049, 10_000])
def test_depth_is_counted_across_a_long_text(count: int) -> None:
    # The list opens in the first part of the text that is counted, and is deepest in the last one.
    text = f"[{'[]' * count}{'[' * 127}{']' * 128}"
    assert not exceeds_nesting(text, 128)
    assert exceeds_nesting(text, 127)
