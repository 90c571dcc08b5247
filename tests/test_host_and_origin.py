"""The client address, the Host header and the Origin header are checked before anything else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.kit.commands import command
from tests.kit.server import TIMEOUT_S, connected, serving
from tests.kit.signed_tokens import SECRET, bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.auth.tokens import create_token_verifier
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

REVERSE = f"{PREFIX}/broker/positions/AAPL/reverse"


@asynccontextmanager
async def client_at(address: str, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a REST client whose requests come from this address."""
    transport = httpx.ASGITransport(create_app(settings)[0], client=(address, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7", "10.0.0.1"])
async def test_clients_on_other_machines_are_rejected_while_authentication_is_off(
    address: str,
) -> None:
    async with client_at(address, Settings.defaults()) as client:
        answer = await client.get(f"{PREFIX}/health")
        assert (answer.status_code, answer.json()["code"]) == (403, "address_not_allowed")
    async with client_at(address, secured()) as client:
        assert (await client.get(f"{PREFIX}/health")).status_code == 200
        assert (await client.get(f"{PREFIX}/datafeed/config")).status_code == 401


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_is_served_by_any_of_its_addresses(address: str) -> None:
    async with client_at(address, Settings.defaults()) as client:
        assert (await client.get(f"{PREFIX}/datafeed/config")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "192.0.2.7"},
        {"X-Forwarded-For": "127.0.0.1, 192.0.2.7"},
        {"X-Forwarded-For": "192.0.2.7, 127.0.0.1"},
        {"X-Forwarded-For": "unknown"},
        {"Via": "1.1 proxy"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"X-Forwarded-Proto": "https", "X-Forwarded-For": " "},
        {"CF-Connecting-IP": "127.0.0.1"},
    ],
    ids=str,
)
async def test_a_proxy_does_not_turn_this_machine_into_anyone(headers: dict[str, str]) -> None:
    async with client_at("127.0.0.1", Settings.defaults()) as client:
        answer = await client.get(f"{PREFIX}/health", headers=headers)
        assert answer.status_code == 403
        assert answer.json()["code"] in ("address_not_allowed", "client_address_missing")
    async with client_at("127.0.0.1", secured()) as client:
        assert (await client.get(f"{PREFIX}/health", headers=headers)).status_code == 200


async def test_a_proxy_that_speaks_http_1_0_has_to_pass_the_client_address() -> None:
    app, _ = create_app(Settings.defaults())
    async with serving(app) as address, asyncio.timeout(TIMEOUT_S):
        host, port = address.split(":")
        for header, status in ((b"", b"403"), (b"X-Forwarded-For: 127.0.0.1\r\n", b"200")):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET /health/live HTTP/1.0\r\nHost: 127.0.0.1\r\n%b\r\n" % header)
            assert status in (await reader.read()).splitlines()[0]
            writer.close()


async def test_a_proxy_of_this_machine_serves_its_clients() -> None:
    async with client_at("127.0.0.1", Settings.defaults()) as client:
        for forwarded in ("127.0.0.1", "::1", "127.0.0.1, 127.0.0.2"):
            headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "http"}
            assert (await client.get(f"{PREFIX}/health", headers=headers)).status_code == 200


async def test_a_host_name_that_is_rebound_to_this_machine_is_rejected() -> None:
    """With DNS rebinding, Host and Origin are both the page's own."""
    app, _ = create_app(Settings.defaults())
    evil = {"Host": "evil.example:8000", "Origin": "http://evil.example:8000"}
    async with serving(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        answer = await client.get(f"{PREFIX}/broker/orders", headers=evil)
        assert (answer.status_code, answer.json()["code"]) == (403, "host_not_allowed")
        for host in (address, "localhost", "LOCALHOST:1", "[::1]:8000"):
            answer = await client.get(f"{PREFIX}/broker/orders", headers={"Host": host})
            assert answer.status_code == 200
        for path in ("/health/live", "/health/ready"):
            assert (await client.get(path, headers={"Host": "10.0.0.7"})).status_code == 200
        with pytest.raises(InvalidStatus) as refused:
            await connect(
                f"ws://evil.example{PREFIX}/ws",
                host="127.0.0.1",
                port=int(address.rpartition(":")[2]),
            )
        assert refused.value.response.status_code == 403


async def test_only_hosts_in_allowed_hosts_are_served() -> None:
    settings = secured(allowed_hosts="trading.example, Other.example")
    async with client_at("192.0.2.7", settings) as client:
        for host, status in {"trading.example:443": 200, "other.example": 200, "x": 403}.items():
            answer = await client.get(f"{PREFIX}/health", headers={"Host": host})
            assert answer.status_code == status


async def test_a_page_of_a_foreign_origin_cannot_change_anything_even_without_a_preflight() -> None:
    app, _ = create_app(Settings.defaults())
    async with serving(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        for origin in ("https://evil.example", "null"):
            answer = await client.post(REVERSE, headers={"Origin": origin})
            assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
        for origin in ("http://localhost:5173", f"http://{address}"):
            answer = await client.post(REVERSE, headers={"Origin": origin})
            assert answer.json()["code"] != "origin_not_allowed"
        answer = await client.options(
            REVERSE,
            headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
        )
        assert "access-control-allow-origin" not in answer.headers
        answer = await client.get(f"{PREFIX}/health", headers={"Origin": "http://localhost:5173"})
        assert answer.headers["access-control-allow-origin"] == "http://localhost:5173"
        assert "access-control-allow-credentials" not in answer.headers


def test_the_error_for_an_exposed_server_names_the_settings() -> None:
    result = command(["serve"], HOST="0.0.0.0")
    assert (result.returncode, result.stdout) == (2, "")
    assert "AUTH_MODE=secret and AUTH_SECRET" in result.stderr
    assert len(result.stderr.splitlines()) == 1


async def test_the_token_command_issues_a_valid_token() -> None:
    options = ["--account", "MINE", "--scope", "account:read", "--hours", "0.1"]
    issued = command(["token", *options], AUTH_SECRET=SECRET)
    assert issued.returncode == 0, issued.stderr
    principal = await create_token_verifier(secured()).authenticate(issued.stdout.strip())
    assert (principal.default_account, set(principal.scopes)) == ("MINE", {"account:read"})
    assert principal.expires_s is not None
    assert principal.expires_s < time.time() + 400


async def test_a_websocket_from_another_machine_requires_a_token() -> None:
    app, _ = create_app(secured())
    forwarded = {"X-Forwarded-For": "192.0.2.7"}
    async with (
        serving(app) as address,
        connected(address, additional_headers=forwarded | bearer(token())) as client,
    ):
        await client.subscribe("orders", accountId="OWN")
    app, _ = create_app(Settings.defaults())
    async with serving(app) as address:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{address}{PREFIX}/ws", additional_headers=forwarded)
        assert refused.value.response.status_code == 403
