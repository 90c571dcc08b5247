"""A process that cannot open files any more logs and reports it."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from trading_api.server.process_limits import OpenFilesWatch


@contextmanager
def _limited(limit: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _lowest_free() -> int:
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


def test_exhausted_file_descriptors_are_logged_once_counted_and_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watch = OpenFilesWatch()
    watch.check()
    assert (watch.health(), watch.exhausted_checks, caplog.messages) == (None, 0, [])
    with _limited(_lowest_free()):
        watch.check()
        watch.check()
        assert watch.health() == "the limit of open files is reached"
    watch.check()
    assert (watch.health(), watch.exhausted_checks) == (None, 2)
    assert caplog.messages == ["open_files_exhausted", "open_files_available"]


def test_file_descriptors_that_run_out_are_logged_before(caplog: pytest.LogCaptureFixture) -> None:
    watch = OpenFilesWatch()
    with _limited(_lowest_free() + 1):
        watch.check()
        watch.check()
    watch.check()
    assert caplog.messages == ["open_files_nearly_exhausted"]
    assert watch.health() is None
