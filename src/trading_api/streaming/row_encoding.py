"""A datum as a MessagePack array: its fields in the order in which its model declares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, get_args

import msgspec
import orjson
from pydantic import BaseModel

from trading_api.streaming.update_encoding import EncodedDatum


def pack_model(data: BaseModel) -> bytes:
    """Return a datum as a MessagePack array, with nested objects as arrays too. A missing value is
    nil, and nils at the end are left out."""
    return _encode(data)


def transcode(model: type[BaseModel], datum: EncodedDatum) -> bytes:
    """Return what `pack_model` returns for the datum that another process encoded in JSON. Nothing
    is validated: that process has done so."""
    return _encode(_row_of_object(model, orjson.loads(datum.json)))


def field_orders(model: type[BaseModel]) -> dict[str, list[str]]:
    """Return the names of the wire of a model's fields, in the order of its array, and those of
    each model that is nested in it. The key is the model's name."""
    orders: dict[str, list[str]] = {}
    _add_orders(model, orders)
    return orders


def _add_orders(model: type[BaseModel], orders: dict[str, list[str]]) -> None:
    fields = model.model_fields
    orders[model.__name__] = [field.alias or name for name, field in fields.items()]
    for field in fields.values():
        for nested in _models_in(field.annotation):
            if nested.__name__ not in orders:
                _add_orders(nested, orders)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that values of an annotation are objects of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


@cache
def _nested_models(model: type[BaseModel]) -> list[tuple[str, list[type[BaseModel]]]]:
    """Return the names of the wire of a model's fields, each with the models of its objects."""
    fields = model.model_fields.items()
    return [(field.alias or name, _models_in(field.annotation)) for name, field in fields]


def _row_of_object(model: type[BaseModel], data: Mapping[str, Any]) -> list[Any]:
    row = [
        _transcoded(models, data.get(name)) if models else data.get(name)
        for name, models in _nested_models(model)
    ]
    while row and row[-1] is None:
        row.pop()
    return row


def _transcoded(models: Sequence[type[BaseModel]], value: Any) -> Any:
    if isinstance(value, list):
        return [_transcoded(models, each) for each in value]
    if isinstance(value, dict):
        fitting = (model for model in models if value.keys() <= _names(model))
        return _row_of_object(next(fitting, models[0]), value)
    return value


@cache
def _names(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for name, _ in _nested_models(model))


# One for each model of the wire.
_readers: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {}


def _row(data: Any) -> tuple[Any, ...]:
    """Return the fields of a model without the missing ones at the end. Raises TypeError for
    another object: the wire has none."""
    reader = _readers.get(type(data)) or _add_reader(type(data))
    row = reader(data)
    if row[-1] is None:
        size = len(row)
        while size and row[size - 1] is None:
            size -= 1
        row = row[:size]
    return row


def _add_reader(model: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    if not issubclass(model, BaseModel):
        raise TypeError(f"{model.__name__} has no field order")
    names = list(model.model_fields)
    first = attrgetter(*names)
    reader = first if len(names) > 1 else lambda data: (first(data),)
    _readers[model] = reader
    return reader


_encode = msgspec.msgpack.Encoder(enc_hook=_row).encode
