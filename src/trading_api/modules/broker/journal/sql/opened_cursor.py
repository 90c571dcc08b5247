"""A cursor that a thread opens and closes for a caller that may be cancelled in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar


class Closable(Protocol):
    def close(self) -> None:
        """Close the underlying connection."""
        ...


Cursor = TypeVar("Cursor", bound=Closable)


@asynccontextmanager
async def opened_cursor(
    run: Callable[[Callable[[], None]], Awaitable[None]], open_cursor: Callable[[], Cursor]
) -> AsyncIterator[Cursor]:
    """Yield the result of `open_cursor`, and close it afterwards.

    `run` calls functions in one thread, in the order of its calls."""
    opened: list[Cursor] = []
    try:
        # A caller that is cancelled here receives no cursor, but the thread still opens it.
        await run(lambda: opened.append(open_cursor()))
        yield opened[0]
    finally:
        await run(lambda: _close(opened))


def _close(opened: list[Cursor]) -> None:
    for cursor in opened:
        cursor.close()
