"""The columns of a table, from the fields of a type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from functools import cache
from typing import Any, TypeGuard

import msgspec
from msgspec import inspect

from trading_api_client.models import QuoteData, QuoteError, QuoteValues

TIME_FIELDS = frozenset(
    {
        "connected_ms", "createdMs", "datetime", "end_ms", "entryTime", "exitTime", "expiresMs",
        "jump_to_ms", "next_time", "now_ms", "startTime", "start_ms", "time", "timestamp",
        "updateTime",
    }
)  # fmt: skip
"""The fields whose numbers are times, in ms since 1970."""


class Kind(Enum):
    """The kind of a column's values. A TIME is in ms since 1970, and JSON is a text."""

    TEXT = auto()
    NUMBER = auto()
    INTEGER = auto()
    BOOLEAN = auto()
    TIME = auto()
    ENUMERATION = auto()
    JSON = auto()


class Column(msgspec.Struct, frozen=True):
    """A column of a table. `path` leads from a row to the value through nested objects.

    `members` are the members of an enumeration, in their order. Values of a column that
    `is_optional` can be None."""

    name: str
    kind: Kind
    path: tuple[str, ...]
    is_optional: bool
    members: tuple[Enum, ...] = ()

    @property
    def member_names(self) -> list[str]:
        return [member.name for member in self.members]

    def read(self, rows: Sequence[Any]) -> list[Any]:
        """Return the values of all rows. JSON is encoded, and members are names."""
        first, *others = self.path
        values = [getattr(row, first) for row in rows]
        for name in others:  # None has no such field, nor has an object that stands for another
            values = [getattr(value, name, None) for value in values]
        if self.kind is Kind.ENUMERATION:
            return [None if value is None else value.name for value in values]
        if self.kind is Kind.JSON:
            return [None if value is None else _json_text(value) for value in values]
        return values


@cache
def columns_of(type_: type[msgspec.Struct]) -> tuple[Column, ...]:
    """Return the columns of a type, in the order of its fields.

    The fields of a nested object are columns of their own, such as `duration.type`. A quote has the
    columns of its values and `error`. A field that is not a single value, such as a list, is a text
    in JSON."""
    if type_ is QuoteData:
        return tuple(_quote_columns())
    described = inspect.type_info(type_)
    assert isinstance(described, inspect.StructType)
    return tuple(_struct_columns(described, (), is_optional=False))


def rows_and_type(
    rows: Sequence[Any], type_: type[msgspec.Struct] | None
) -> tuple[Sequence[Any], type[msgspec.Struct]]:
    """Return the rows and their type. Raises ValueError for an empty list without a type."""
    type_ = type_ or getattr(rows, "type_", None)
    if type_ is None:
        if not rows:
            raise ValueError("The type of the rows of an empty table is missing")
        type_ = type(rows[0])
    return rows, type_


def _struct_columns(
    struct: inspect.StructType, path: tuple[str, ...], is_optional: bool
) -> Iterator[Column]:
    for field in struct.fields:
        own_path = (*path, field.name)
        type_, can_be_none = _without_none(field.type)
        optional = is_optional or can_be_none
        if isinstance(type_, inspect.StructType):
            yield from _struct_columns(type_, own_path, optional)
        else:
            yield Column(
                ".".join(own_path), _kind(field.name, type_), own_path, optional, _members(type_)
            )


def _quote_columns() -> Iterator[Column]:
    yield from (column for column in _columns_within(QuoteData, ()) if column.name != "v")
    for type_ in (QuoteValues, QuoteError):
        yield from _columns_within(type_, ("v",))


def _columns_within(type_: type[msgspec.Struct], path: tuple[str, ...]) -> Iterator[Column]:
    described = inspect.type_info(type_)
    assert isinstance(described, inspect.StructType)
    for column in _struct_columns(described, path, is_optional=bool(path)):
        yield msgspec.structs.replace(column, name=column.path[-1])


def _without_none(type_: inspect.Type) -> tuple[inspect.Type, bool]:
    if not isinstance(type_, inspect.UnionType):
        return type_, False
    others = [each for each in type_.types if not isinstance(each, inspect.NoneType)]
    return (others[0] if len(others) == 1 else inspect.AnyType()), type_.includes_none


def _kind(name: str, type_: inspect.Type) -> Kind:
    match type_:
        case inspect.IntType() | inspect.FloatType() if name in TIME_FIELDS:
            return Kind.TIME
        case inspect.IntType():
            return Kind.INTEGER
        case inspect.FloatType():
            return Kind.NUMBER
        case inspect.BoolType():
            return Kind.BOOLEAN
        case inspect.EnumType():
            return Kind.ENUMERATION
        case inspect.StrType():
            return Kind.TEXT
        case inspect.LiteralType(values=values) if _are_texts(values):
            return Kind.TEXT
    return Kind.JSON


def _members(type_: inspect.Type) -> tuple[Enum, ...]:
    return tuple(type_.cls) if isinstance(type_, inspect.EnumType) else ()


def _are_texts(values: tuple[Any, ...]) -> TypeGuard[tuple[str, ...]]:
    return all(isinstance(value, str) for value in values)


def _json_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
