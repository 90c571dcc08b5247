"""Fixtures of all whole-process tests: one event loop, and an empty working directory."""

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.kit")


def pytest_collection_finish() -> None:
    from tests.kit.kept_models import keep_models

    keep_models()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
def folder_of_a_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run each module in a new working directory, where the ledger is by default."""
    with chdir(tmp_path_factory.mktemp("module")):
        yield


@pytest.fixture(autouse=True)
def folder_of_a_test(folder_of_a_module: None, tmp_path: Path) -> Iterator[None]:
    with chdir(tmp_path):
        yield
