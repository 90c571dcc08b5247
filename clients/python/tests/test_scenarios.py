"""The scenarios of outages and gaps that every client must handle."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from clients.python.tests.support.scenario_run import SCENARIOS, ScenarioServer, run_outage
from tests.kit.server import until
from trading_api_client import AsyncClient
from trading_api_client.models import OrderStatus, OrderType, Side
from trading_api_client.stream.channels import CHANNELS

OUTAGES, GAPS = SCENARIOS["outages"], SCENARIOS["gaps"]


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ScenarioServer]:
    server = ScenarioServer(tmp_path_factory.mktemp("scenarios"))
    await server.start()
    yield server
    await server.kill()


@pytest.mark.parametrize(
    ("number", "scenario"), list(enumerate(OUTAGES)), ids=[each["name"] for each in OUTAGES]
)
async def test_an_outage_loses_and_repeats_nothing(
    server: ScenarioServer, number: int, scenario: dict[str, Any]
) -> None:
    reported = await run_outage(server, scenario, f"SCENARIO-{number}")
    connections = [state.phase for state in reported.states].count("connected")
    if "reconnects" in scenario:
        assert (connections > 1) == scenario["reconnects"]


class ScriptedServer:
    """Sends the updates of a gap, and replays what a resume requests."""

    def __init__(self, gap: dict[str, Any]) -> None:
        self._gap = gap
        self._channel: str = gap["channel"]
        self._topic = f'{self._channel}:{{"accountId":"A"}}'
        self._subscriptions = 0
        self.resumed_from: list[int] = []

    async def serve(self, connection: ServerConnection) -> None:
        async for frame in connection:
            message = json.loads(frame)
            await self._answer(connection, message["type"], message["payload"])

    async def _answer(
        self, connection: ServerConnection, type_: str, payload: dict[str, Any]
    ) -> None:
        reply = {"status": "ok", "message": "", "topic": self._topic}
        updates: list[tuple[int, int | None]] = []
        if type_.endswith(".subscribe"):
            self._subscriptions += 1
            if self._subscriptions == 1:
                updates = self._gap["updates"]
            elif self.resumed_from and self._gap["replay"] is None:
                updates = [(seq, None) for seq in self._gap["state"]]
                self._gap = self._gap | {"replay": []}
        elif type_.endswith(".resume"):
            self.resumed_from.append(payload["seq"])
            if self._gap["replay"] is None:
                reply["status"] = "error"
            else:
                updates = self._gap["replay"]
        await connection.send(json.dumps({"type": f"{type_}.response", "payload": reply}))
        for seq, prev in updates:
            await self._send(connection, seq, prev)

    async def _send(self, connection: ServerConnection, seq: int, prev: int | None) -> None:
        data = {"id": f"{seq}", "symbol": "AAPL", "type": OrderType.LIMIT, "side": Side.BUY}
        data |= {"qty": 1, "status": OrderStatus.WORKING, "price": 1, "time": 1, "avgPrice": 1}
        update = {"topic": self._topic, "payload": data, "ts": 1, "seq": seq}
        if prev is not None:
            update["prev"] = prev
        await connection.send(json.dumps({"type": f"{self._channel}.update", "payload": update}))


def no_notifications(connection: ServerConnection, request: Request) -> Response | None:
    """Answer a request over REST: there is no notification so far."""
    if "Upgrade" in request.headers:
        return None
    response = connection.respond(HTTPStatus.OK, "[]")
    response.headers["Content-Type"] = "application/json"
    return response


@pytest.mark.parametrize("gap", GAPS, ids=[each["name"] for each in GAPS])
async def test_a_gap_in_the_updates_is_filled(gap: dict[str, Any]) -> None:
    scripted = ScriptedServer(gap)
    reported: list[int] = []
    async with serve(scripted.serve, "127.0.0.1", 0, process_request=no_notifications) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        async with AsyncClient(f"http://127.0.0.1:{port}", account="A") as client:
            assert gap["channel"] in CHANNELS
            report = {
                "orders": client.on_order,
                "positions": client.on_position,
                "executions": client.on_execution,
            }
            subscribe: Any = report[gap["channel"]]
            subscription = subscribe(lambda data: reported.append(int(data.id)))
            await subscription.synchronized()
            await until(lambda: len(reported) >= len(gap["reported"]))
            await asyncio.sleep(0)
    assert reported == gap["reported"]
    expected = [] if gap["resumedFrom"] is None else [gap["resumedFrom"]]
    assert scripted.resumed_from == expected
