"""Converts orders, executions, positions and cash lines to rows, for writing and verifying."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, get_args, get_type_hints

from sqlalchemy import Table

from trading_api.domain.decimal_text import decimal_text
from trading_api.modules.broker.engine.cash import CashLine
from trading_api.modules.broker.engine.events import IdempotencyKeyRecorded
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.journal.sql.tables import (
    CASH_LINES,
    EXECUTIONS,
    IDEMPOTENCY_KEYS,
    ORDERS,
    POSITIONS,
)

Row = tuple[Any, ...]
Record = Order | Execution | Position


FIELDS = {"residue": "rounding_carry"}
"""The fields whose columns have another name: columns keep theirs when a field is renamed."""


class Projection:
    """Converts objects of class `kind` to rows: a column is a field or property, or in the key."""

    def __init__(self, table: Table, kind: type) -> None:
        self.table = table
        hints = get_type_hints(kind) | _property_hints(kind)
        columns = [FIELDS.get(column.name, column.name) for column in table.columns]
        names = [name for name in columns if name in hints and name != "seq"]
        self._values = attrgetter(*names)
        written = [_encoder_of(hints[name]) for name in names]
        self._written = [(place, write) for place, write in enumerate(written) if write]

    def row(self, *key: Any, of: Any) -> Row:
        """Return the row of one object. `key` holds the columns before its fields."""
        values = [*self._values(of)]
        for place, write in self._written:
            values[place] = write(values[place])
        return (*key, *values)


def _property_hints(kind: type) -> dict[str, Any]:
    properties = [(name, each) for name, each in vars(kind).items() if isinstance(each, property)]
    return {name: get_type_hints(each.fget)["return"] for name, each in properties}


def records(value: Any) -> Iterator[Record]:
    """Yield every order, execution and position in an event, at any depth."""
    if isinstance(value, Record):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from records(each)
    elif value is not None:
        for name in _names_with_records(value.__class__):
            yield from records(getattr(value, name))


@cache
def _names_with_records(kind: Any) -> tuple[str, ...]:
    hints = get_type_hints(kind)
    return tuple(name for name, hint in hints.items() if _may_contain_record(hint))


def _may_contain_record(hint: Any) -> bool:
    if parts := get_args(hint):
        return any(map(_may_contain_record, parts))
    if hint in get_args(Record):
        return True
    return isinstance(hint, type) and any(map(_may_contain_record, get_type_hints(hint).values()))


def _encoder_of(hint: Any) -> Callable[[Any], Any] | None:
    """Return the function that encodes a value for its column, or None if none is needed."""
    optional = [part for part in get_args(hint) if part is not type(None)]
    if optional:
        write = _encoder_of(optional[0])
        return write and (lambda value: None if value is None else write(value))
    if issubclass(hint, Decimal):
        return decimal_text
    if issubclass(hint, StrEnum):
        return str
    if issubclass(hint, Enum):
        return {each: each.name.lower() for each in hint}.__getitem__
    return None


ORDER_ROWS = Projection(ORDERS, Order)
EXECUTION_ROWS = Projection(EXECUTIONS, Execution)
POSITION_ROWS = Projection(POSITIONS, Position)
CASH_ROWS = Projection(CASH_LINES, CashLine)
KEY_ROWS = Projection(IDEMPOTENCY_KEYS, IdempotencyKeyRecorded)
