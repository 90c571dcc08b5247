"""More than one process is refused, however it is asked for."""

from __future__ import annotations

import pytest

from trading_api.errors import ConfigurationError
from trading_api.server.process_count import check_process_count

UVICORN = ["uvicorn", "trading_api.main:app"]


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"WEB_CONCURRENCY": "2"}, ["trading-api", "serve"]),
        ({"UVICORN_WORKERS": "4"}, UVICORN),
        ({"GRANIAN_WORKERS": "2"}, ["granian"]),
        ({"GUNICORN_CMD_ARGS": "--bind=127.0.0.1 --workers=3"}, ["gunicorn"]),
        ({}, [*UVICORN, "--workers", "2"]),
        ({}, [*UVICORN, "--workers=2"]),
        ({}, ["gunicorn", "-w", "2", "trading_api.main:app"]),
        ({}, ["gunicorn", "-w2", "trading_api.main:app"]),
        ({"WEB_CONCURRENCY": "1"}, ["hypercorn", "--workers", "8"]),
    ],
    ids=str,
)
def test_more_than_one_process_is_refused(environment: dict[str, str], command: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="serve with one process"):
        check_process_count(environment, command)


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({}, ["trading-api", "serve", "--reload"]),
        ({"WEB_CONCURRENCY": "1"}, [*UVICORN, "--workers", "1"]),
        ({"WEB_CONCURRENCY": ""}, [*UVICORN, "--workers"]),
        ({"WEB_CONCURRENCY": "auto"}, ["pytest", "-n", "4", "-w"]),
    ],
    ids=str,
)
def test_one_process_is_served(environment: dict[str, str], command: list[str]) -> None:
    check_process_count(environment, command)
