"""The models decode what the documents show, and read well."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trading_api_client import models
from trading_api_client.models import (
    Model,
    OrderType,
    PlacedOrder,
    PreOrder,
    QuoteData,
    QuoteError,
    QuoteValues,
    Side,
)

ROOT = Path(__file__).resolve().parents[3]


def examples() -> list[tuple[str, Any]]:
    found = []
    for name in ("openapi.json", "asyncapi.json"):
        document = json.loads((ROOT / name).read_text(encoding="utf-8"))
        for schema, content in document["components"]["schemas"].items():
            if hasattr(models, schema):
                found += [(schema, example) for example in content.get("examples", [])]
    assert found
    return found


@pytest.mark.parametrize(("name", "example"), examples())
def test_an_example_of_the_documents_is_decoded_and_encoded(name: str, example: Any) -> None:
    type_ = getattr(models, name)
    decoded = msgspec.json.decode(json.dumps(example), type=type_)
    for field, value in example.items():
        assert msgspec.to_builtins(getattr(decoded, field)) is not None or value is None
    assert msgspec.json.decode(msgspec.json.encode(decoded), type=type_) == decoded


def test_every_name_is_exported() -> None:
    assert all(hasattr(models, name) for name in models.__all__)


def test_a_quote_has_values_or_an_error() -> None:
    error = msgspec.json.decode(b'{"s":"error","n":"X","v":{"error":"unknown"}}', type=QuoteData)
    assert error.v == QuoteError(error="unknown")
    values = dict.fromkeys(QuoteValues.__struct_fields__[:11], 1.5) | dict.fromkeys(
        QuoteValues.__struct_fields__[11:], "x"
    )
    quote = msgspec.convert({"s": "ok", "n": "AAPL", "v": values}, QuoteData)
    assert isinstance(quote.v, QuoteValues)
    with pytest.raises(msgspec.ValidationError, match=r"QuoteData\.v is of no known type"):
        msgspec.json.decode(b'{"s":"ok","n":"X","v":{}}', type=QuoteData)


def test_an_unknown_field_is_ignored_and_a_missing_one_is_none() -> None:
    text = b'{"id":"order-1","symbol":"AAPL","type":2,"side":1,"qty":1,"status":6,"new":1}'
    order = msgspec.json.decode(text, type=PlacedOrder)
    assert order.limitPrice is None


def test_a_repr_shows_what_has_a_value_and_names_of_enumerations() -> None:
    order = PreOrder(symbol="AAPL", type=OrderType.STOP_LIMIT, side=Side.SELL, qty=10)
    shown = "PreOrder(symbol='AAPL', type=OrderType.STOP_LIMIT, side=Side.SELL, qty=10)"
    assert repr(order) == shown
    assert eval(shown, vars(models)) == order
    assert isinstance(order, Model)
