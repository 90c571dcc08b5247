"""A response with a JSON array that may be long, written in batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import islice

from pydantic import BaseModel
from starlette.responses import StreamingResponse

ROWS_PER_BATCH = 100
"""One batch takes about 2 ms to write; after each, other tasks get to run."""


class JSONArrayStream(StreamingResponse):
    """A JSON array that is serialized while it is sent, so that no response blocks the event loop.

    `rows` must be a consistent snapshot, because they are read late. As in every response of a
    `StrictJSONRoute`, fields without a value are left out.
    """

    media_type = "application/json"

    def __init__(self, rows: Iterable[BaseModel]) -> None:
        super().__init__(_chunks(rows))


async def _chunks(rows: Iterable[BaseModel]) -> AsyncIterator[str]:
    remaining = iter(rows)
    prefix = "["
    while batch := list(islice(remaining, ROWS_PER_BATCH)):
        serialized = (row.model_dump_json(by_alias=True, exclude_none=True) for row in batch)
        yield prefix + ",".join(serialized)
        prefix = ","
        await asyncio.sleep(0)
    yield "]" if prefix == "," else "[]"
