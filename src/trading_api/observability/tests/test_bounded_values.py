"""No value makes a log line long or invalid, in either format."""

from __future__ import annotations

import json
import logging
import sys
from http import HTTPStatus
from typing import Any

import pytest

from trading_api.models.broker import OrderStatus
from trading_api.observability.bounded_values import FIELDS_MAX, bounded_fields
from trading_api.observability.logs import EventFormatter, JsonFormatter

FORMATTERS = [JsonFormatter(), EventFormatter("%(levelname)s %(message)s")]
LINE_BYTES_MAX = 4096


def _nested(depth: int) -> Any:
    return [_nested(depth - 1)] * 100 if depth else "x" * 10_000


def _lines(**attributes: Any) -> list[str]:
    """Return the record as each formatter writes it."""
    lines = []
    for formatter in FORMATTERS:
        record = logging.makeLogRecord({"msg": "event", "levelname": "INFO"} | attributes)
        lines.append(formatter.format(record))
    json.loads(lines[0])
    return lines


@pytest.mark.parametrize(
    "value",
    [
        "x" * 40_000,
        "\x00" * 40_000,
        "\ufffd" * 40_000,
        chr(0xD800) * 40_000,
        b"\xff" * 40_000,
        10**9_000,
        {"x" * 40_000: "y" * 40_000},
        dict.fromkeys(range(1000), "y" * 40000),
        ["x" * 40_000] * 1_000,
        ("x" * 40_000, {"x" * 40_000}),
        _nested(3),
        ValueError("x" * 40_000),
    ],
    ids=[
        *("text", "control characters", "replaced bytes", "surrogates", "bytes", "integer"),
        *("long name", "dictionary", "list", "tuple", "nested", "exception"),
    ],
)
def test_a_field_is_bounded_whatever_its_value(value: Any) -> None:
    for line in _lines(path=value):
        assert len(line.encode()) < LINE_BYTES_MAX


@pytest.mark.parametrize(
    "value", ["plain", 7, -1.5, True, None, ["a", 1], {"a": {"b": [1]}}], ids=repr
)
def test_a_short_value_is_logged_as_it_is(value: Any) -> None:
    in_json, in_text = _lines(field=value)
    assert json.loads(in_json)["field"] == value
    assert f"field={value!r}" in in_text


def test_text_that_is_cut_says_how_much_is_missing() -> None:
    for line in _lines(path="x" * 1_000):
        assert "x" * 256 + "... (744 more)" in line


def test_the_number_of_fields_is_bounded() -> None:
    in_json, in_text = _lines(**{f"field_{number}": 1 for number in range(1_000)})
    assert in_json.count("field_") == in_text.count("field_") == FIELDS_MAX


def test_a_message_is_bounded() -> None:
    for line in _lines(msg="failed: %s", args=("x" * 40_000,)):
        assert line.count("x") == 1024 - len("failed: ")


@pytest.mark.parametrize("earlier_text", [None, "kept by another formatter " * 4_000])
def test_a_traceback_keeps_its_beginning_and_its_end(earlier_text: str | None) -> None:
    error = ValueError("begin " + "x" * 100_000 + " end")
    try:
        raise error
    except ValueError:
        raised = sys.exc_info()
    for line in _lines(exc_info=raised, exc_text=earlier_text):
        assert len(line) < 18_000
        assert "Traceback (most recent call last)" in line
        assert "ValueError: begin" in line
        assert " end" in line


@pytest.mark.parametrize("attribute", ["msg", "subject", "stack_info"])
def test_lone_surrogates_are_escaped(attribute: str) -> None:
    for line in _lines(**{attribute: "a\ud800b"}):
        line.encode()
        assert attribute == "stack_info" or "ud800" in line


@pytest.mark.parametrize("value", [HTTPStatus.OK, OrderStatus.FILLED], ids=repr)
def test_a_member_of_an_enum_is_logged_as_its_number(value: int) -> None:
    """A search of all integers for it would not end within hours."""
    assert bounded_fields([("status", value)]) == {"status": int(value)}
