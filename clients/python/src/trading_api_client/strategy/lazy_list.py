"""A list that is built at its first access."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeVar, overload

T = TypeVar("T")


class LazyList(Sequence[T]):
    """A list that `make` builds at the first access to it."""

    def __init__(self, make: Callable[[], list[T]]) -> None:
        self._make: Callable[[], list[T]] | None = make

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return self._items == (list(other) if isinstance(other, LazyList) else other)

    def __repr__(self) -> str:
        return repr(self._items)

    @cached_property
    def _items(self) -> list[T]:
        assert self._make is not None
        items = self._make()
        self._make = None  # releases what the list was made of
        return items
