"""Runs of one strategy with every combination of its parameters."""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec

from trading_api_client.strategy.progress import Progress
from trading_api_client.strategy.statistics import Statistics
from trading_api_client.tables import import_library

if TYPE_CHECKING:
    import pandas as pd

RunWith = Callable[[Mapping[str, Any]], Statistics]


def combinations(values: Mapping[str, Iterable[Any]]) -> list[dict[str, Any]]:
    """Return every combination of the values, in the order of the arguments. The last argument
    changes fastest.

    Raises ValueError for an argument without values, and TypeError for one that is not a list."""
    lists = {name: _as_list(name, each) for name, each in values.items()}
    if empty := [name for name, each in lists.items() if not each]:
        raise ValueError(f"sweep: {empty[0]} has no values.")
    return [dict(zip(lists, chosen, strict=True)) for chosen in itertools.product(*lists.values())]


def sweep(
    run: RunWith, parameters: Sequence[Mapping[str, Any]], processes: int | None, progress: bool
) -> pd.DataFrame:
    """Return a row with the parameters and the statistics of each run, in the given order.

    `processes` is by default the number of processors. With 1, all runs are in this process. The
    table does not depend on it."""
    pandas = import_library("pandas", "pandas")
    count = min(len(parameters), processes or os.cpu_count() or 1)
    with Progress(len(parameters), "runs", progress) as shown:
        found = [shown.counted(each) for each in _results(run, parameters, count)]
    rows = [
        {**chosen, **msgspec.structs.asdict(statistics)}
        for chosen, statistics in zip(parameters, found, strict=True)
    ]
    frame: pd.DataFrame = pandas.DataFrame(rows)
    return frame


def _results(
    run: RunWith, parameters: Sequence[Mapping[str, Any]], processes: int
) -> Iterable[Statistics]:
    if processes == 1:
        yield from map(run, parameters)
        return
    global _run_here
    _run_here = run  # the processes inherit it, so that a strategy of a notebook needs no import
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(processes, mp_context=context) as executor:
            yield from executor.map(_run_in_child, parameters)
    finally:
        _run_here = None


_run_here: RunWith | None = None


def _run_in_child(parameters: Mapping[str, Any]) -> Statistics:
    assert _run_here is not None, "inherited by the process"
    return _run_here(parameters)


def _as_list(name: str, values: Iterable[Any]) -> list[Any]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise TypeError(f"sweep: {name} is a list of values, such as {name}=[{values!r}].")
    return list(values)
