from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
def folder_of_a_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The ledger is in the working directory by default."""
    with chdir(tmp_path_factory.mktemp("module")):
        yield


@pytest.fixture(autouse=True)
def folder_of_a_test(folder_of_a_module: None, tmp_path: Path) -> Iterator[None]:
    with chdir(tmp_path):
        yield
