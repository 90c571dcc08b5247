"""Choosing the bus by its address."""

from __future__ import annotations

import sys

import pytest

from trading_api.bus.factory import create_bus
from trading_api.bus.nats import NatsBus
from trading_api.bus.redis import RedisBus
from trading_api.errors import ConfigurationError


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("nats://127.0.0.1:4222", NatsBus),
        ("nats://one:4222,nats://two:4222", NatsBus),
        ("tls://token@bus.example:4222", NatsBus),
        ("redis://127.0.0.1:6379/0", RedisBus),
        ("rediss://user:password@bus.example:6379", RedisBus),
        ("valkey://127.0.0.1", RedisBus),
        ("unix:///run/valkey.sock", RedisBus),
    ],
)
def test_the_scheme_chooses_the_bus(url: str, kind: type) -> None:
    assert isinstance(create_bus(url, "trading"), kind)


@pytest.mark.parametrize("url", ["", "nats", "127.0.0.1:4222", "amqp://secret@127.0.0.1"])
def test_another_address_is_refused_by_the_name_of_the_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match="BUS_URL is nats://") as raised:
        create_bus(url, "trading")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:port", "nats://127.0.0.1:port"])
async def test_a_port_that_is_no_number_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="BUS_URL"):
        await create_bus(url, "trading").start()


@pytest.mark.parametrize(("scheme", "package"), [("nats", "nats"), ("redis", "redis")])
def test_a_client_that_is_not_installed_names_the_extra(
    scheme: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in (f"trading_api.bus.{scheme}", f"trading_api.bus.{scheme}_link"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(ConfigurationError, match=r"Install trading-api\[scale\]"):
        create_bus(f"{scheme}://127.0.0.1", "trading")
