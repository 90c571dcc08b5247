"""Conversions between the server's objects and the client's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from operator import attrgetter
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
from pydantic import BaseModel, ValidationError

from trading_api.errors import ApiError
from trading_api.models import broker as server
from trading_api_client.errors import Refused
from trading_api_client.models import (
    Brackets,
    CashLine,
    EquityData,
    Execution,
    Model,
    PlacedOrder,
    Position,
    PreOrder,
)

ModelT = TypeVar("ModelT", bound=Model)


def converter(source: type[BaseModel], target: type[ModelT]) -> Callable[[Any], ModelT]:
    """Return a function that converts a server's object to a client's object with the same wire
    names."""
    attributes = {field.alias or name: name for name, field in source.model_fields.items()}
    names = target.__struct_fields__
    read = attrgetter(*(attributes[name] for name in names))
    hints = get_type_hints(target)
    special = [
        (name, convert)
        for name in names
        if (convert := _value_converter(hints[name], source, attributes[name]))
    ]

    def convert_model(model: BaseModel) -> ModelT:
        values = dict(zip(names, read(model), strict=True))
        for name, convert in special:
            if (value := values[name]) is not None:
                values[name] = convert(value)
        return target(**values)

    return convert_model


def _value_converter(
    hint: Any, source: type[BaseModel], attribute: str
) -> Callable[[Any], Any] | None:
    """Return the function that converts the values of a field, or None if they are the same on both
    sides."""
    for type_ in (hint, *get_args(hint)):
        if isinstance(type_, type) and issubclass(type_, Enum):
            return {member.value: member for member in type_}.__getitem__
        if isinstance(type_, type) and issubclass(type_, Model):
            annotation = source.model_fields[attribute].annotation
            types = (annotation, *get_args(annotation))
            nested = next(t for t in types if isinstance(t, type) and issubclass(t, BaseModel))
            return converter(nested, type_)
    return None


to_order = converter(server.PlacedOrder, PlacedOrder)
to_execution = converter(server.Execution, Execution)
to_equity = converter(server.EquityData, EquityData)
to_cash_line = converter(server.CashLine, CashLine)


def position_converter(type_: type[Position]) -> Callable[[Any], Position]:
    """Return a function that converts the server's positions to this type."""
    return converter(server.Position, type_)


def to_server_order(order: PreOrder) -> server.PreOrder:
    """Return the server's order request. Raises Refused for values that no request can have."""
    return _validated(server.PreOrder, order)


def to_server_brackets(brackets: Brackets) -> server.Brackets:
    """Return the server's brackets. Raises Refused for values that no request can have."""
    return _validated(server.Brackets, brackets)


BaseModelT = TypeVar("BaseModelT", bound=BaseModel)


def _validated(type_: type[BaseModelT], model: Model) -> BaseModelT:
    try:
        return type_.model_validate(msgspec.to_builtins(model))
    except ValidationError as error:
        raise Refused("invalid_request", str(error), 422) from error


def to_refused(error: ApiError) -> Refused:
    """Return the client's error for an error of the server."""
    return Refused(error.code, error.detail, error.status)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise Refused for an ApiError of the server."""
    try:
        yield
    except ApiError as error:
        raise to_refused(error) from error
