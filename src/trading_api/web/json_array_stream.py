"""An answer that may be long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import islice

from pydantic import BaseModel
from starlette.responses import StreamingResponse

ROWS_AT_ONCE = 100
"""In two milliseconds; then others get their turn."""


class LongList(StreamingResponse):
    """Made while it leaves, so `rows` have to be those of one moment, however late they are read.
    As any answer of a `WireRoute` it leaves out fields without a value."""

    media_type = "application/json"

    def __init__(self, rows: Iterable[BaseModel]) -> None:
        super().__init__(_pieces(rows))


async def _pieces(rows: Iterable[BaseModel]) -> AsyncIterator[str]:
    left = iter(rows)
    before = "["
    while piece := list(islice(left, ROWS_AT_ONCE)):
        written = (row.model_dump_json(by_alias=True, exclude_none=True) for row in piece)
        yield before + ",".join(written)
        before = ","
        await asyncio.sleep(0)
    yield "]" if before == "," else "[]"
