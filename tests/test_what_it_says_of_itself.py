"""Metrics, health, the administrator's view, and the log."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import logging.config
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import InvalidStatus

from tests.kit.server import TIMEOUT_S, connected, serving
from tests.kit.signed_tokens import SECRET, bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.observability.logs import EventFormatter, JsonFormatter, log_config, redact_tokens
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

ACCOUNT = {"accountId": "OWN"}
ORDER = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}
EXPECTED = """
trading_request_seconds trading_command_seconds trading_commit_seconds trading_commits_failed
trading_clients_disconnected trading_loop_lag_seconds trading_connections trading_topics
trading_subscriptions trading_updates_waiting trading_outbox_depth trading_outboxes_waiting
trading_updates_delivered trading_updates_conflated trading_commands_waiting
trading_ledger_events trading_market_silence_seconds
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


@contextmanager
def logged(formatter: logging.Formatter, level: int = logging.DEBUG) -> Iterator[io.StringIO]:
    """Everything, as it would be on standard error."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


async def test_metrics_tell_of_every_part_with_labels_that_nobody_can_multiply() -> None:
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
        ), "paths that are not there are one"
        before = rest.headers.pop("Authorization")
        assert (await rest.get("/metrics")).status_code == 401
        assert (await rest.get("/metrics", headers=bearer(token("market:read")))).status_code == 403
        rest.headers["Authorization"] = before


async def test_ready_says_why_not() -> None:
    class Broken(MemoryJournal):
        async def append(self, entries: Any) -> None:
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


async def test_an_administrator_sees_who_is_connected_to_what_and_can_close_it() -> None:
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


async def test_one_request_id_goes_from_the_header_to_the_updates() -> None:
    with logged(JsonFormatter()) as log:
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
async def test_no_token_and_no_secret_is_ever_logged(formatter: logging.Formatter) -> None:
    good, bad = token(), token()[:-2] + "xx"
    with logged(formatter) as log:
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
    assert "websockets" in text or "GET" in text, "libraries were listened to as well"
    for each in (good, bad):
        for part in each.split("."):
            assert part not in text
    assert SECRET not in text
    assert SECRET not in repr(secured())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("token=eyJa.eyJb.c-d_e, then", "token=[token], then"),
        ("bearer.eyJa.eyJb.c eyJd.e", "bearer.[token] [token]"),
        ("/heyJude and.so eyJ.", "/heyJude and.so [token]"),
        # Tried anew from each beginning, this takes a minute, in which nobody is served.
        ("eyJ" * 100_000, "eyJ" * 100_000),
    ],
    ids=["a token", "tokens", "no token", "many beginnings"],
)
def test_tokens_are_taken_out_of_a_line_in_one_pass(line: str, told: str) -> None:
    assert redact_tokens(line) == told


def test_lines_are_json_in_production_and_text_in_development() -> None:
    config = log_config("info", "json")
    assert config["handlers"]["stderr"]["formatter"] == "json"
    with logged(JsonFormatter(), logging.INFO) as log:
        try:
            raise LookupError("gone")
        except LookupError:
            logging.getLogger("x").exception("failed", extra={"order_id": "order-1", "odd": {1}})
    (line,) = map(json.loads, log.getvalue().splitlines())
    assert (line["level"], line["event"], line["order_id"]) == ("error", "failed", "order-1")
    assert "LookupError: gone" in line["traceback"]
    with logged(EventFormatter("%(message)s"), logging.INFO) as log:
        logging.getLogger("x").info("done", extra={"order_id": "order-1"})
    assert log.getvalue() == "done order_id='order-1'\n"


@pytest.mark.parametrize(
    ("status", "offered", "changed"),
    [
        (401, {"additional_headers": bearer("nonsense")}, {}),
        (403, {"origin": "https://evil.example"}, {}),
        (403, {}, {"allowed_hosts": "trading.example"}),
        (429, {}, {"ws_connections_per_principal": 1}),
    ],
    ids=["no good token", "foreign page", "another host", "too many"],
)
async def test_a_refused_upgrade_is_told_once_and_is_no_fault_of_the_server(
    status: int, offered: dict[str, Any], changed: dict[str, Any]
) -> None:
    app, _ = create_app(secured(**changed))
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(serving(app))
        if status == 429:
            offered = {"additional_headers": bearer(token())}
            await stack.enter_async_context(connected(address, **offered))
        log = stack.enter_context(logged(JsonFormatter(), logging.INFO))
        with pytest.raises(InvalidStatus) as refused:
            await stack.enter_async_context(connected(address, **offered))
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert refused.value.response.status_code == status
    assert {line["level"] for line in lines} == {"info"}
    (told,) = (line for line in lines if line["event"] == "request")
    assert (told["operation"], told["status"]) == ("connect", status)
    assert (told["path"], told["address"]) == (f"{PREFIX}/ws", "127.0.0.1")
    if told_back := refused.value.response.headers.get("X-Request-ID"):
        assert told["request_id"] == told_back


def test_a_line_says_when_in_utc_whatever_the_clock_on_the_wall(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    record = logging.makeLogRecord({"created": 1_790_000_040.25, "msg": "done"})
    line = json.loads(JsonFormatter().format(record))
    monkeypatch.undo()
    time.tzset()
    assert line["time"] == "2026-09-21T14:14:00.250+00:00"


async def test_clients_that_are_cut_off_are_counted_by_their_reason() -> None:
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
