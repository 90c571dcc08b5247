"""What holds for every test."""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Deadlines and the health check measure wall time, which on a busy machine says nothing about a
# test. Each run draws other examples, so half of the default number is enough for one run.
settings.register_profile(
    "trading_api", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("trading_api")

# Every client of httpx loads the certificate authorities of the system, for 12 ms. No test connects
# to a server that has a certificate of theirs, but to install wheels.
if "WHEELS" not in os.environ:
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = os.devnull


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None]:
    """Turn Python's garbage collector off while tests are imported, and exclude what was imported
    from every later collection. Otherwise it takes a third of the time of a process of tests."""
    gc.disable()
    yield
    gc.enable()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    choices = ("all", "short", "long")
    parser.addoption("--files", choices=choices, default="all", help="by tests/kit/long_files.py")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the long files with `--files=short`, and the others with `--files=long`."""
    files = config.getoption("--files")
    if files == "all" or collection_path.suffix != ".py":
        return None
    # Here, because pytest rewrites the assertions only of what is imported later.
    from tests.kit.long_files import LONG_FILES

    is_long = collection_path.relative_to(config.rootpath).as_posix() in LONG_FILES
    return True if is_long != (files == "long") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    from tests.kit.long_files import LONG_FILES

    order = {path: number for number, path in enumerate(LONG_FILES)}
    items.sort(key=lambda item: order.get(item.location[0], len(order)))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Exclude the objects that pytest has just searched for garbage from the collections that it
    and the interpreter still make."""
    gc.freeze()
