"""Metrics, probes, the endpoints of administrators, request ids and the log."""

from __future__ import annotations

import asyncio
import json
import logging
import logging.config
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import InvalidStatus

from tests.kit.captured_log import captured_log
from tests.kit.server import TIMEOUT_S, connected, serving
from tests.kit.signed_tokens import SECRET, bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.observability.logs import EventFormatter, JsonFormatter
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

ACCOUNT = {"accountId": "OWN"}
ORDER = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}
EXPECTED = """
trading_request_seconds trading_command_seconds trading_commit_seconds trading_commits_failed
trading_clients_disconnected trading_loop_lag_seconds trading_connections trading_topics
trading_subscriptions trading_updates_waiting trading_outbox_depth trading_outboxes_waiting
trading_updates_delivered trading_updates_conflated trading_commands_waiting
trading_ledger_events trading_market_report_age_seconds trading_log_lines_dropped
trading_open_files_exhausted trading_outbox_bytes trading_outbox_bytes_highest
process_resident_memory_bytes process_cpu_seconds process_open_fds process_max_fds
"""
LABELS = {"operation", "status", "command", "outcome", "code", "le"}


@asynccontextmanager
async def asking(
    settings: Settings, **options: Any
) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    app, _ = create_app(settings, **options)
    async with serving(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as rest:
        rest.headers = httpx.Headers(bearer(token()))
        yield address, rest


async def test_metrics_cover_every_part_with_bounded_labels() -> None:
    async with asking(secured()) as (address, rest):
        async with connected(address, additional_headers=bearer(token())) as client:
            await client.subscribe("orders", **ACCOUNT)
            await rest.post(f"{PREFIX}/broker/orders", json=ORDER)
            await client.update("orders")
            for name in ("a", "b"):
                await rest.get(f"/nowhere/{name}")
                await rest.get(f"{PREFIX}/broker/orders/{name}?account_id={name}")
            text = (await rest.get("/metrics")).text
        families = {family.name: family for family in text_string_to_metric_families(text)}
        assert set(EXPECTED.split()) <= families.keys()
        for family in families.values():
            for sample in family.samples:
                assert sample.labels.keys() <= LABELS
                assert not {"OWN", "AAPL", "a", "b"} & set(sample.labels.values())
        value = {name: each.samples[0].value for name, each in families.items() if each.samples}
        assert value["trading_connections"] == value["trading_subscriptions"] == 1
        assert value["trading_updates_delivered"] >= 1
        assert value["trading_ledger_events"] >= 3
        assert 'trading_command_seconds_count{command="PlaceOrder",outcome="done"} 1.0' in text
        assert text.count('operation="other",status="404"') == text.count(
            'operation="other"'
        ), "unknown paths share one label"
        before = rest.headers.pop("Authorization")
        assert (await rest.get("/metrics")).status_code == 401
        assert (await rest.get("/metrics", headers=bearer(token("market:read")))).status_code == 403
        rest.headers["Authorization"] = before


async def test_readiness_reports_the_reasons() -> None:
    class Broken(MemoryJournal):
        async def append(self, entries: Any, images: Any = ()) -> None:
            raise ZeroDivisionError

    app, _ = create_app(Settings.defaults().model_copy(update={"market_stale_s": 0.05}))
    assert app.state.readiness.reasons() == ["the market is starting"]
    async with asking(Settings.defaults(), journal=Broken()) as (_, rest):
        assert (await rest.get("/health/live")).json() == {"status": "live"}
        assert (await rest.get("/health/ready")).json() == {"status": "ready", "reasons": []}
        assert (await rest.post(f"{PREFIX}/broker/orders", json=ORDER)).status_code == 503
        answer = await rest.get("/health/ready")
        assert (answer.status_code, answer.json()["reasons"]) == (
            503,
            ["the ledger did not take the last write"],
        )
        assert (await rest.get(f"{PREFIX}/health")).json()["status"] == "ok"


async def test_an_administrator_lists_connections_and_topics_and_closes_a_connection() -> None:
    async with (
        asking(secured()) as (address, rest),
        connected(address, additional_headers=bearer(token(sub="ann"))) as ann,
        connected(address) as unknown,
    ):
        topic = await ann.subscribe("orders", **ACCOUNT)
        admin = f"{PREFIX}/admin"
        connections = {
            each["subject"]: each for each in (await rest.get(f"{admin}/connections")).json()
        }
        assert connections.keys() == {"ann", ""}
        assert connections["ann"]["topics"] == 1
        assert connections["ann"]["waiting_bytes"] >= 0
        assert connections["ann"]["address"] == "127.0.0.1"
        topics = (await rest.get(f"{admin}/topics")).json()
        assert topics == [{"topic": topic, "subscribers": 1}]
        answer = await rest.delete(f"{admin}/connections/{connections['ann']['id']}")
        assert answer.status_code == 200
        assert await ann.closed() == (1008, "Closed by an administrator")
        await rest.delete(f"{admin}/connections/{connections['']['id']}")
        assert (await unknown.closed())[0] == 1008
        assert (await rest.delete(f"{admin}/connections/nobody")).status_code == 404
        without = bearer(token("account:read", "account:trade", "market:read"))
        assert (await rest.get(f"{admin}/topics", headers=without)).status_code == 403


async def test_a_request_id_reaches_the_response_the_log_and_the_updates() -> None:
    with captured_log(JsonFormatter()) as log:
        async with (
            asking(secured()) as (address, rest),
            connected(address, additional_headers=bearer(token())) as client,
        ):
            await client.subscribe("orders", **ACCOUNT)
            headers = {"X-Request-ID": "ticket-4711"}
            answer = await rest.post(f"{PREFIX}/broker/orders", json=ORDER, headers=headers)
            assert answer.headers["X-Request-ID"] == "ticket-4711"
            update = await client.update("orders")
            assert update["payload"]["request_id"] == "ticket-4711"
            for odd in ("x" * 65, "a b", 'a"b'):
                answer = await rest.get(f"{PREFIX}/health", headers={"X-Request-ID": odd})
                assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-ID"])
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    of_request = [line for line in lines if line.get("request_id") == "ticket-4711"]
    assert {"request", "command", "event", "update"} <= {line["event"] for line in of_request}
    (command,) = [line for line in of_request if line["event"] == "command"]
    assert (command["account"], command["command"], command["outcome"]) == (
        *("OWN", "PlaceOrder"),
        "done",
    )
    assert command["orders"] == "order-1"
    (request,) = [line for line in of_request if line["event"] == "request"]
    assert (request["operation"], request["status"], request["subject"]) == (
        *("placeOrder", 200),
        "somebody",
    )


@pytest.mark.parametrize("formatter", [JsonFormatter(), EventFormatter("%(message)s")])
async def test_tokens_and_secrets_are_never_logged(formatter: logging.Formatter) -> None:
    good, bad = token(), token()[:-2] + "xx"
    with captured_log(formatter) as log:
        async with asking(secured()) as (address, rest):
            for each in (good, bad):
                await rest.get(f"{PREFIX}/broker/orders?token={each}", headers=bearer(each))
                await rest.post(f"{PREFIX}/broker/orders", json=each, headers=bearer(each))
                async with connected(address) as client:
                    await client.send("auth", {"token": each})
                    await client.receive() if each is good else await client.closed()
            offered = ["trading-api", f"bearer.{good}"]
            async with connected(address, subprotocols=offered) as client:
                await client.send("auth", {"token": bad})
                await client.receive()
            await rest.get(f"{PREFIX}/ws?token={good}")
    text = log.getvalue()
    assert "websockets" in text or "GET" in text, "libraries log as well"
    for each in (good, bad):
        for part in each.split("."):
            assert part not in text
    assert SECRET not in text
    assert SECRET not in repr(secured())


@pytest.mark.parametrize(
    ("status", "offered", "changed"),
    [
        (401, {"additional_headers": bearer("nonsense")}, {}),
        (403, {"origin": "https://evil.example"}, {}),
        (403, {}, {"allowed_hosts": "trading.example"}),
        (429, {}, {"ws_connections_per_principal": 1}),
    ],
    ids=["invalid token", "foreign origin", "another host", "too many connections"],
)
async def test_a_rejected_upgrade_is_logged_once_as_information(
    status: int, offered: dict[str, Any], changed: dict[str, Any]
) -> None:
    app, _ = create_app(secured(**changed))
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(serving(app))
        if status == 429:
            offered = {"additional_headers": bearer(token())}
            await stack.enter_async_context(connected(address, **offered))
        log = stack.enter_context(captured_log(JsonFormatter(), logging.INFO))
        with pytest.raises(InvalidStatus) as refused:
            await stack.enter_async_context(connected(address, **offered))
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert refused.value.response.status_code == status
    assert {line["level"] for line in lines} == {"info"}
    (request,) = (line for line in lines if line["event"] == "request")
    assert (request["operation"], request["status"]) == ("connect", status)
    assert (request["path"], request["address"]) == (f"{PREFIX}/ws", "127.0.0.1")
    if returned_id := refused.value.response.headers.get("X-Request-ID"):
        assert request["request_id"] == returned_id


async def test_disconnects_are_counted_by_close_code() -> None:
    async with asking(secured()) as (address, rest):
        async with connected(address) as client:
            await client.send("bars.subscribe", {})
            assert (await client.closed())[0] == 1008
        async with connected(address, additional_headers=bearer(token())) as client:
            await client.subscribe("orders", **ACCOUNT)
        expected = {
            f'trading_clients_disconnected_total{{code="{code}"}} 1.0' for code in (0, 1008)
        }
        async with asyncio.timeout(TIMEOUT_S):
            while not expected <= set((await rest.get("/metrics")).text.splitlines()):
                pass
