"""A page may call where its origin is allowed as a whole, or the server's own."""

from __future__ import annotations

import pytest

from trading_api.auth.origins import is_allowed_origin
from trading_api.settings import Settings

ALLOWED = Settings.defaults().cors_origin_regex
HOST = "trading.example:8443"


@pytest.mark.parametrize(
    "origin",
    [
        *(None, "http://localhost", "https://localhost:5173", "http://127.0.0.1:1"),
        *("http://[::1]:5173", f"https://{HOST}", f"http://{HOST}"),
    ],
)
def test_an_allowed_origin(origin: str | None) -> None:
    assert is_allowed_origin(origin, HOST, ALLOWED)


@pytest.mark.parametrize(
    "origin",
    [
        *("", "null", "http://localhost.evil.example", "http://evil.example?http://localhost"),
        *(
            "http://localhost:5173.evil.example",
            "http://localhost:x",
            "localhost",
            "ftp://localhost",
        ),
        *("https://trading.example", f"https://{HOST}.evil.example", f"https://evil.{HOST}", HOST),
        *("http://127.0.0.10", "http://127a0a0a1", f"https://evil.example://{HOST}"),
    ],
)
def test_another_origin_is_not_allowed(origin: str) -> None:
    assert not is_allowed_origin(origin, HOST, ALLOWED)


def test_an_origin_without_a_host_is_not_the_servers_own() -> None:
    assert not is_allowed_origin("https://evil.example", None, ALLOWED)
