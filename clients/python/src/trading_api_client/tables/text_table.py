"""Tables as text for a terminal and as HTML for a notebook."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import msgspec

from trading_api_client.tables.column import Column, Kind, columns_of
from trading_api_client.tables.decimal_text import decimal_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROWS_MAX = 20
CELL_MAX = 40
GAP = "  "
LEFT_ALIGNED = {Kind.TEXT, Kind.JSON, Kind.ENUMERATION}


class TextTable:
    """The cells of a table with at most 20 rows: the first and the last ones.

    Columns without any value are left out. Times are in UTC."""

    def __init__(self, rows: Sequence[Any], type_: type[msgspec.Struct]) -> None:
        half = ROWS_MAX // 2
        self._is_cut = len(rows) > ROWS_MAX
        shown = [*rows[:half], *rows[-half:]] if self._is_cut else list(rows)
        self._columns: list[tuple[Column, list[str]]] = []
        for column in columns_of(type_):
            values = column.read(shown)
            if any(value is not None for value in values):
                self._columns.append((column, [_cell(column, value) for value in values]))
        count = f"{len(rows):,}" if rows else "no"
        self._caption = f"{count} {'row' if len(rows) == 1 else 'rows'} of {type_.__name__}"
        if any(column.kind is Kind.TIME for column, _ in self._columns):
            self._caption += ", times in UTC"

    def to_text(self) -> str:
        """Return lines of text, at most as wide as the terminal.

        The last line names the columns that do not fit."""
        width_max = shutil.get_terminal_size().columns
        lines: list[str] = []
        hidden: list[str] = []
        for column, cells in self._columns:
            block = _aligned(column, self._with_gap([column.name, *cells]))
            if hidden or (lines and len(lines[0]) + len(GAP) + len(block[0]) > width_max):
                hidden.append(column.name)
            else:
                lines = (
                    [line + GAP + cell for line, cell in zip(lines, block, strict=True)]
                    if lines
                    else block
                )
        caption = self._caption + (f"; also {', '.join(hidden)}" if hidden else "")
        return "\n".join([*(line.rstrip() for line in lines), f"[{caption}]"])

    def to_html(self) -> str:
        """Return an HTML table."""
        head = "".join(f"<th>{escape(column.name)}</th>" for column, _ in self._columns)
        cells = [self._with_gap(["", *cells])[1:] for _, cells in self._columns]
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
            for row in zip(*cells, strict=True)
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f"{table if self._columns else ''}<p>{escape(self._caption)}</p>"

    def _with_gap(self, cells: list[str]) -> list[str]:
        """Return the name and the cells of a column, with a mark in place of the rows that are left
        out."""
        middle = 1 + ROWS_MAX // 2
        return [*cells[:middle], "...", *cells[middle:]] if self._is_cut else cells


def to_datetime(time_ms: float) -> datetime:
    """Return ms since 1970 as a datetime in UTC."""
    return EPOCH + timedelta(milliseconds=int(time_ms))


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    match column.kind:
        case Kind.TIME:
            moment = to_datetime(value)
            is_whole = moment.microsecond == 0
            return moment.isoformat(" ", "seconds" if is_whole else "milliseconds")[:-6]
        case Kind.NUMBER:
            return decimal_text(value)
    text = str(value)
    return text if len(text) <= CELL_MAX else text[: CELL_MAX - 3] + "..."


def _aligned(column: Column, cells: list[str]) -> list[str]:
    width = max(map(len, cells))
    if column.kind in LEFT_ALIGNED:
        return [cell.ljust(width) for cell in cells]
    return [cell.rjust(width) for cell in cells]
