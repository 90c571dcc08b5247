"""What all models of the wire have in common."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from functools import cache
from typing import Any

import msgspec


class Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object of the wire, with the wire's field names. A field without a value is None.

    Encoding leaves out the fields that have their defaults. Decoding ignores unknown fields, which
    a later version of the server may send."""

    def __repr__(self) -> str:
        fields = type(self).__struct_fields__
        shown = [
            f"{name}={value!r}" for name in fields if (value := getattr(self, name)) is not None
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


class IntegerEnum(IntEnum):
    """An enumeration that is a number on the wire."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class TextEnum(StrEnum):
    """An enumeration that is a text on the wire."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


def convert_alternative(model: Model, field: str, *types: type[Model]) -> None:
    """Replace the map in a field by the first of the types whose required fields it has."""
    value: Any = getattr(model, field)
    if not isinstance(value, dict):
        return
    for type_ in types:
        if value.keys() >= _required_fields(type_):
            msgspec.structs.force_setattr(model, field, msgspec.convert(value, type_))
            return
    raise msgspec.ValidationError(f"{type(model).__name__}.{field} is of no known type")


@cache
def _required_fields(type_: type[Model]) -> frozenset[str]:
    return frozenset(each.encode_name for each in msgspec.structs.fields(type_) if each.required)
