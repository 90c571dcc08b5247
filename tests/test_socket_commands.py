"""Commands over the socket do what REST does: one table of cases runs through both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.kit.command_ways import CASES, LIMIT, MARKET, TwoWays
from tests.kit.server import connected, serving
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

STANDING_MARKET = {"datafeed_clock": "step", "datafeed_start": "2026-09-21T14:30:00Z"}


def settings(**changed: Any) -> Settings:
    memory = {"database_url": "memory:"}
    return Settings.model_validate(Settings.defaults().model_dump() | memory | changed)


@asynccontextmanager
async def served(
    configuration: Settings | None = None, headers: dict[str, str] | None = None
) -> AsyncIterator[TwoWays]:
    app, _ = create_app(configuration or settings())
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", headers=headers) as rest,
        connected(address, additional_headers=headers) as client,
    ):
        yield TwoWays(rest, client)


async def test_every_case_is_answered_alike_by_the_socket_and_by_rest() -> None:
    async with served(settings(**STANDING_MARKET)) as server:
        for route, fields, expected in CASES:
            by_socket = await server.by_socket(route, {"accountId": "SOCKET"} | fields)
            by_rest = await server.by_rest(route, {"accountId": "REST"} | fields)
            assert by_socket == by_rest, (route, fields)
            assert by_socket.get("code", by_socket["status"]) == expected, (route, fields)
        kinds = [await server.event_kinds(account) for account in ("SOCKET", "REST")]
        assert kinds[0] == kinds[1]


async def test_the_seq_of_an_answer_is_the_number_of_the_accounts_last_event() -> None:
    first: dict[tuple[str, str], int] = {}
    async with served(settings(**STANDING_MARKET)) as server:
        for route, fields, expected in CASES:
            answer = await server.by_rest(route, {"accountId": "REST"} | fields)
            if expected != "ok" or route == "orders.preview":
                assert "seq" not in answer, (route, fields)
                continue
            last = len(await server.event_kinds("REST"))
            key = route, fields.get("key", "")
            known = first.setdefault(key, last) if key[1] else last
            assert answer["seq"] == known, (route, fields)
            assert route != "orders.place" or last > 1
    assert len(first) == 2


async def test_a_command_with_a_key_is_one_command_whichever_way_it_is_repeated() -> None:
    async with served() as server:
        for number, ways in enumerate([("socket", "rest"), ("rest", "socket")]):
            payload = {"accountId": "A", "order": LIMIT, "key": f"key-{number}"}
            answers = [await getattr(server, f"by_{way}")("orders.place", payload) for way in ways]
            assert answers[0] == answers[1]
            assert answers[0]["orderId"] == f"order-{number + 1}"
            for way in ways:
                other = payload | {"order": LIMIT | {"qty": 11}}
                answer = await getattr(server, f"by_{way}")("orders.place", other)
                assert answer["code"] == "idempotency_key_reused"


async def test_commands_of_one_account_keep_their_order() -> None:
    """Each modification names the version before it by its price; the last price is the last."""
    async with served() as server:
        await server.by_socket("orders.place", {"accountId": "A", "order": LIMIT})
        await server.client.subscribe("orders", accountId="A")
        for price in range(2, 62):
            order = LIMIT | {"limitPrice": price}
            payload = {"accountId": "A", "id": price, "orderId": "order-1", "order": order}
            await server.client.send("orders.modify", payload)
        replies: list[int] = []
        prices: list[float] = []
        while len(replies) < 60:
            message = await server.client.receive()
            if message["type"] == "orders.modify.response":
                assert message["payload"]["status"] == "ok"
                replies.append(message["payload"]["id"])
            else:
                prices.append(message["payload"]["payload"]["limitPrice"])
        assert replies == list(range(2, 62))
        assert prices == list(range(1, 62)), "the state, then every change"


async def test_the_updates_of_a_command_precede_its_reply() -> None:
    async with served(settings(**STANDING_MARKET)) as server:
        for route in ("orders", "positions", "executions", "equity"):
            await server.client.subscribe(route, accountId="A")
        for number in range(1, 4):
            payload = {"accountId": "A", "id": f"c-{number}", "order": MARKET | {"qty": 1}}
            await server.client.send("orders.place", payload)
            caused = []
            while (message := await server.client.receive())["type"] != "orders.place.response":
                if message["payload"].get("request_id") == f"c-{number}":
                    caused.append(message["type"])
            assert message["payload"]["orderId"] == f"order-{number}"
            assert caused == [
                "orders.update",
                "equity.update",
                "executions.update",
                "orders.update",
                "positions.update",
                "equity.update",
            ]


async def test_commands_over_the_limit_in_flight_are_answered_with_an_error() -> None:
    async with served(settings(ws_commands_in_flight_max=3)) as server:
        # One frame holds one message, but the server takes what arrived together in one turn.
        for number in range(40):
            payload = {"accountId": "A", "id": number, "order": LIMIT}
            await server.client.send("orders.place", payload)
        replies = [(await server.client.receive())["payload"] for _ in range(40)]
        refused = [reply for reply in replies if reply["status"] == "error"]
        assert all(reply["code"] == "too_many_commands_in_flight" for reply in refused)
        assert sorted(reply["id"] for reply in replies) == list(range(40))
        placed = [reply["orderId"] for reply in replies if reply["status"] == "ok"]
        assert placed == [f"order-{number}" for number in range(1, len(placed) + 1)]
        assert len(await server.orders("A")) == len(placed)


async def test_scopes_and_accounts_are_those_of_the_token() -> None:
    reader = bearer(token("account:read", accounts=("OWN",)))
    async with served(secured(database_url="memory:"), reader) as server:
        cases: list[tuple[str, dict[str, Any], str]] = [
            ("orders.place", {"order": LIMIT}, "insufficient_scope"),
            ("orders.preview", {"order": LIMIT}, "ok"),
            ("orders.preview", {"order": LIMIT, "accountId": "OTHER"}, "unknown_account"),
            ("orders.place", {"order": {}}, "insufficient_scope"),
        ]
        for route, fields, code in cases:
            payload: dict[str, Any] = {"accountId": "OWN", **fields}
            by_socket = await server.by_socket(route, payload)
            assert by_socket == await server.by_rest(route, payload)
            assert by_socket.get("code", "ok") == code


async def test_the_rate_limit_counts_both_ways_together() -> None:
    async with served(settings(commands_per_s=0.2)) as server:
        payload = {"accountId": "A", "order": LIMIT}
        assert (await server.by_socket("orders.place", payload))["status"] == "ok"
        assert (await server.by_rest("orders.place", payload))["status"] == "ok"
        for way in (server.by_socket, server.by_rest):
            refused = await way("orders.place", payload)
            assert refused["code"] == "too_many_requests"
            assert 1 <= refused["retryAfter"] <= 5
        preview = await server.by_socket("orders.preview", payload)
        assert preview["status"] == "ok", "a preview is no command"


async def test_a_command_is_measured_and_logged_as_rest_does(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    async with served() as server:
        payload = {"accountId": "A", "order": LIMIT, "id": "my-command"}
        await server.client.request("orders.place", payload)
        await server.by_socket("orders.cancel", {"accountId": "A", "orderId": "order-9"})
        metrics = (await server.rest.get("/metrics")).text
        assert 'trading_request_seconds_count{operation="placeOrder",status="200"} 1.0' in metrics
        assert 'trading_request_seconds_count{operation="cancelOrder",status="404"} 1.0' in metrics
    requests = [record.__dict__ for record in caplog.records if record.message == "request"]
    lines = [(each["path"], each["operation"], each["status"]) for each in requests[:2]]
    assert lines == [("orders.place", "placeOrder", 200), ("orders.cancel", "cancelOrder", 404)]


async def test_commands_in_flight_are_finished_when_their_client_leaves() -> None:
    async with served() as server:
        async with connected(server.rest.base_url.netloc.decode()) as other:
            for number in range(20):
                payload = {"accountId": "A", "id": number, "order": LIMIT}
                await other.send("orders.place", payload)
            # What is answered is done; the close follows what was sent before it.
            await other.receive()
        await server.rest.post(f"{PREFIX}/broker/orders?account_id=A", json=LIMIT)
        kinds = await server.event_kinds("A")
        assert kinds.count("orderPlaced") == len(await server.orders("A")) >= 2
