"""A long answer is the one that FastAPI would give, and leaves time for others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field

from trading_api.web.json_array_stream import ROWS_PER_BATCH, JSONArrayStream
from trading_api.web.json_route import StrictJSONRoute


class Line(BaseModel):
    of_what: str = Field(alias="ofWhat")
    amount: float
    note: str | None = None


def lines(count: int) -> list[Line]:
    notes = [None, 'an "Ünicode" \u2028 note']
    return [
        Line(ofWhat=str(number), amount=number / 3, note=notes[number % 2])
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, ROWS_PER_BATCH, ROWS_PER_BATCH + 1, 3 * ROWS_PER_BATCH])
async def test_the_stream_equals_the_response_of_a_list_byte_for_byte(count: int) -> None:
    router = APIRouter(route_class=StrictJSONRoute)

    @router.get("/list")
    async def in_one_go() -> list[Line]:
        return lines(count)

    @router.get("/long-list", response_model=list[Line])
    async def in_pieces() -> JSONArrayStream:
        return JSONArrayStream(lines(count))

    app = FastAPI()
    app.include_router(router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as rest:
        expected, found = await rest.get("/list"), await rest.get("/long-list")
    assert found.content == expected.content
    assert found.headers["content-type"] == expected.headers["content-type"]


async def test_other_tasks_run_between_the_batches() -> None:
    made = 0

    def rows() -> Iterator[Line]:
        nonlocal made
        for line in lines(10 * ROWS_PER_BATCH):
            made += 1
            yield line

    async def read() -> None:
        async for _ in JSONArrayStream(rows()).body_iterator:
            pass

    reading = asyncio.create_task(read())
    seen = []
    while not reading.done():
        seen.append(made)
        await asyncio.sleep(0)
    assert set(range(0, 10 * ROWS_PER_BATCH + 1, ROWS_PER_BATCH)) <= set(seen)
