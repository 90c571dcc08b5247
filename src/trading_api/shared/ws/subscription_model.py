"""The rules for models whose JSON is part of a topic's name."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel

_PLAIN = (str, int, bool, NoneType)


class SubscriptionModelError(TypeError):
    """A model cannot be part of a topic's name; the message says which field is at fault."""


def check_subscription_model(model: type[BaseModel]) -> None:
    """Check that every field is required, and of a type that all JSON encoders write alike.

    Those are strings, integers, booleans, null, and lists or objects of them. Raises
    SubscriptionModelError."""
    if issubclass(model, RootModel):
        _check_type(model.model_fields["root"].annotation, model, "root")
        return
    for name, field in model.model_fields.items():
        if not field.is_required():
            raise SubscriptionModelError(
                f"{model.__name__}.{name} is optional; a topic needs every field"
            )
        _check_type(field.annotation, model, name)


def _check_type(annotation: Any, model: type[BaseModel], name: str) -> None:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _PLAIN or annotation is None:
        return
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        check_subscription_model(annotation)
    elif origin in (Union, UnionType) or origin is list:
        for argument in arguments:
            _check_type(argument, model, name)
    elif origin is dict and arguments[0] is str:
        _check_type(arguments[1], model, name)
    elif origin is Literal and all(type(value) in _PLAIN for value in arguments):
        return
    else:
        raise SubscriptionModelError(
            f"{model.__name__}.{name} is {annotation!r}; a topic holds strings, integers, "
            "booleans, null, and lists or objects of them"
        )
