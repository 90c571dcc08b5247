"""Bounds on what one log line contains, whatever a caller put into it.

A client chooses paths, names and messages, and a nested value or a traceback can repeat them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import orjson

TEXT_LENGTH_MAX = 256
"""The longest text of a field, in characters."""
MESSAGE_LENGTH_MAX = 1024
TRACEBACK_LENGTH_MAX = 16 * 1024
FIELDS_MAX = 32
_ITEMS_MAX = 16
_DEPTH_MAX = 3
_NESTED_LENGTH_MAX = 1024
_JSON_INTEGERS = range(-(2**63), 2**64)


def bounded_text(text: str, length_max: int = TEXT_LENGTH_MAX) -> str:
    """Return the text as valid Unicode, cut to `length_max` characters.

    Text that is cut ends with the number of characters that are missing.
    """
    if len(text) > length_max:
        text = f"{text[:length_max]}... ({len(text) - length_max} more)"
    return _valid(text)


def bounded_traceback(text: str) -> str:
    """Return the traceback with its middle left out where it is long.

    The end names the exception, and the beginning says where the call came from.
    """
    half = TRACEBACK_LENGTH_MAX // 2
    if len(text) > TRACEBACK_LENGTH_MAX:
        text = f"{text[:half]}\n... ({len(text) - 2 * half} more)\n{text[-half:]}"
    return _valid(text)


def bounded_fields(fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the first `FIELDS_MAX` fields, each with a value that JSON can represent."""
    return {bounded_text(name): _bounded_field(value) for name, value in islice(fields, FIELDS_MAX)}


def _bounded_field(value: Any) -> Any:
    bounded = _bounded(value, _DEPTH_MAX)
    if isinstance(bounded, dict | list):
        json = orjson.dumps(bounded).decode()
        if len(json) > _NESTED_LENGTH_MAX:
            return bounded_text(json, _NESTED_LENGTH_MAX)
    return bounded


def _bounded(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return float(value)  # A subclass, as NumPy's, is no number to orjson.
    if isinstance(value, int):
        # A range is searched from its beginning for a subclass of int, as an enum's member is.
        # Python itself refuses to print integers of more than 4,300 digits.
        value = int(value)
        return value if value in _JSON_INTEGERS else f"an integer of {value.bit_length()} bits"
    if isinstance(value, str):
        return bounded_text(value)
    if isinstance(value, bytes | bytearray):
        return bounded_text(repr(value[: TEXT_LENGTH_MAX + 1]))
    if depth and isinstance(value, Mapping):
        items = islice(value.items(), _ITEMS_MAX)
        return {bounded_text(str(name)): _bounded(each, depth - 1) for name, each in items}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_bounded(each, depth - 1) for each in islice(value, _ITEMS_MAX)]
    return bounded_text(str(value))


def _valid(text: str) -> str:
    """Return the text with lone surrogates escaped, which no encoder accepts."""
    return text.encode(errors="backslashreplace").decode()
