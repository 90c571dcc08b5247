"""The WebSocket protocol, over a real socket."""

import asyncio
import json

import pytest
from websockets.exceptions import InvalidStatus

from tests.kit.echo_route import NOW_MS, REQUEST, EchoApp, bar
from tests.kit.server import connected, serving, until
from trading_api.settings import Settings


async def test_state_comes_first_and_changes_follow() -> None:
    echo = EchoApp()
    echo.bars.state = [bar(1, close=7)]
    async with serving(echo.api_app) as address, connected(address) as client:
        topic = await client.subscribe("bars", **REQUEST)
        echo.bars.publish(bar(1, close=8))

        assert topic == 'bars:{"resolution":"1","symbol":"AAPL"}'
        state, change = await client.update(), await client.update()
        assert state == {
            "type": "bars.update",
            "payload": {"topic": topic, "payload": bar(1, close=7).model_dump(), "ts": NOW_MS},
        }
        assert change["payload"]["payload"]["close"] == 8


async def test_what_was_posted_before_a_client_joined_does_not_reach_it_after_the_state() -> None:
    echo = EchoApp()
    async with (
        serving(echo.api_app) as address,
        connected(address) as early,
        connected(address) as late,
    ):
        await early.subscribe("bars", **REQUEST)
        await late.send("bars.subscribe", REQUEST)
        for close in range(100):
            echo.bars.publish(bar(1, close=close))
            echo.bars.state = [bar(1, close=close)]
            await asyncio.sleep(0)
        echo.bars.publish(bar(2))
        closes = []
        while (update := await late.update("bars"))["payload"]["payload"]["time"] == 1:
            closes.append(update["payload"]["payload"]["close"])

    assert closes == sorted(set(closes)), "nothing twice, nothing stale"


async def test_subscribing_twice_sends_the_state_once() -> None:
    echo = EchoApp()
    echo.bars.state = [bar(1)]
    async with serving(echo.api_app) as address, connected(address) as client:
        await client.subscribe("bars", **REQUEST)
        await client.subscribe("bars", **REQUEST)
        await client.subscribe("fills", **REQUEST)
        assert [message["type"] for message in client.updates] == ["bars.update"]
        assert len(echo.bars.created) == 1


async def test_unsubscribing_needs_an_own_subscription_and_stops_no_other_client() -> None:
    echo = EchoApp()
    async with (
        serving(echo.api_app) as address,
        connected(address) as follower,
        connected(address) as stranger,
    ):
        await follower.subscribe("bars", **REQUEST)
        reply = await stranger.request("bars.unsubscribe", REQUEST)
        assert reply["status"] == "error"
        echo.bars.publish(bar(1))
        assert (await follower.update("bars"))["payload"]["payload"]["time"] == 1

        assert (await follower.request("bars.unsubscribe", REQUEST))["status"] == "ok"
        assert echo.bars.live == {}
        assert (await follower.request("bars.unsubscribe", REQUEST))["status"] == "error"


@pytest.mark.parametrize(("symbol", "message"), [("NONE", "NONE"), ("FAULT", "try again")])
async def test_a_topic_that_cannot_be_opened_is_an_error_and_keeps_nothing(
    symbol: str, message: str
) -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as client:
        reply = await client.request("bars.subscribe", REQUEST | {"symbol": symbol})
        assert reply["status"] == "error"
        assert message in reply["message"]
        assert echo.bars.live == {}
        assert len(echo.ws_app.subscriptions) == 0
        await client.subscribe("bars", **REQUEST)


@pytest.mark.parametrize("abrupt", [False, True])
async def test_a_closed_socket_releases_all_it_held(abrupt: bool) -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address:
        tasks_before = len(asyncio.all_tasks())
        for _ in range(20):
            async with connected(address) as client:
                await client.subscribe("bars", **REQUEST)
                await client.subscribe("fills", **REQUEST)
                if abrupt:
                    client.connection.transport.abort()
        await until(lambda: not echo.ws_app.connections)

        assert (echo.bars.live, echo.fills.live) == ({}, {})
        assert len(echo.ws_app.subscriptions) == 0
        assert len(asyncio.all_tasks()) <= tasks_before


async def test_two_clients_racing_to_open_a_topic_open_it_once() -> None:
    echo = EchoApp()
    async with (
        serving(echo.api_app) as address,
        connected(address) as one,
        connected(address) as two,
    ):
        echo.bars.gate.clear()
        both = asyncio.gather(one.subscribe("bars", **REQUEST), two.subscribe("bars", **REQUEST))
        await until(lambda: len(echo.bars.created) == 1)
        echo.bars.gate.set()
        await both
        assert len(echo.bars.created) == 1
        echo.bars.publish(bar(3))
        for client in (one, two):
            assert (await client.update("bars"))["payload"]["payload"]["time"] == 3


async def test_a_topic_closed_while_another_client_opens_it_is_live_for_that_client() -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as stays:
        for number in range(30):
            async with connected(address) as leaves:
                await leaves.subscribe("bars", **REQUEST)
                await asyncio.gather(
                    leaves.request("bars.unsubscribe", REQUEST),
                    stays.subscribe("bars", **REQUEST),
                )
                echo.bars.publish(bar(number))
                assert (await stays.update("bars"))["payload"]["payload"]["time"] == number
                await stays.request("bars.unsubscribe", REQUEST)


async def test_a_client_that_dies_while_its_topic_opens_leaves_no_topic_behind() -> None:
    echo = EchoApp()
    echo.bars.gate.clear()
    async with serving(echo.api_app) as address:
        async with connected(address) as client:
            await client.send("bars.subscribe", REQUEST)
            await until(lambda: len(echo.bars.created) == 1)
            client.connection.transport.abort()
        echo.bars.gate.set()
        await until(lambda: not echo.ws_app.connections)
        assert echo.bars.live == {}
        assert len(echo.ws_app.subscriptions) == 0


NO_MESSAGES: dict[str, tuple[str | bytes, str]] = {
    "text": ("not json", "Could not decode message"),
    "binary": (b"\x00\x01", "Could not decode message"),
    "list": ("[]", "Could not decode message"),
    "no type": ('{"payload":{}}', "Could not decode message"),
    "deep": ("[" * 5000 + "]" * 5000, "Could not decode message"),
    "half a surrogate": (
        '{"type":"bars.subscribe","payload":{"symbol":"\\ud800","resolution":"1"}}',
        "Could not decode message",
    ),
    "unknown type": ('{"type":"nothing","payload":{}}', "No matching type"),
    "the server's type": ('{"type":"bars.update","payload":{}}', "No matching type"),
    "no payload": ('{"type":"bars.subscribe"}', "Could not validate payload"),
    "null payload": ('{"type":"bars.subscribe","payload":null}', "Could not validate payload"),
    "missing field": (
        '{"type":"bars.subscribe","payload":{"symbol":"AAPL"}}',
        "Could not validate payload",
    ),
    "number for text": (
        '{"type":"bars.subscribe","payload":{"symbol":1,"resolution":"1"}}',
        "Could not validate payload",
    ),
    "extra field": (
        '{"type":"bars.subscribe","payload":{"symbol":"A","resolution":"1","extra":1}}',
        "Could not validate payload",
    ),
}


@pytest.mark.parametrize(("frame", "reason"), NO_MESSAGES.values(), ids=NO_MESSAGES.keys())
async def test_what_is_no_message_closes_with_1003_and_its_reason(
    frame: str | bytes, reason: str
) -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as client:
        await client.send("bars.subscribe", REQUEST)
        await client.connection.send(frame)
        assert (await client.receive())["payload"]["status"] == "ok", "earlier replies still come"
        assert await client.closed() == (1003, reason)


async def test_a_frame_of_a_megabyte_closes_with_1009() -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as client:
        await client.connection.send(json.dumps({"type": "x" * 1_000_000}))
        code, _ = await client.closed()
        assert code == 1009


async def test_a_client_that_only_receives_stays_because_its_pongs_count() -> None:
    echo = EchoApp(heartbeat_s=0.3)
    settings = Settings.defaults().model_copy(update={"ws_heartbeat_s": 0.3})
    async with serving(echo.api_app, settings) as address, connected(address) as client:
        await client.subscribe("bars", **REQUEST)
        await asyncio.sleep(0.9)
        echo.bars.publish(bar(1))
        assert (await client.update("bars"))["payload"]["payload"]["time"] == 1


async def test_a_client_that_is_silent_even_to_pings_is_closed_with_1003() -> None:
    echo = EchoApp(heartbeat_s=0.3)
    async with serving(echo.api_app) as address, connected(address) as client:
        code, reason = await client.closed()
        assert code == 1003
        assert reason.startswith("Connection timed out. ")
        await until(lambda: not echo.ws_app.connections)


async def test_a_clients_own_pings_count_too() -> None:
    echo = EchoApp(heartbeat_s=0.4)
    async with serving(echo.api_app) as address, connected(address) as client:
        for _ in range(8):
            await client.connection.ping()
            await asyncio.sleep(0.1)
        await client.subscribe("bars", **REQUEST)


async def test_a_fault_of_our_own_closes_with_1011_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as client:
        await client.send("faulty.subscribe", REQUEST)
        assert await client.closed() == (1011, "Internal error")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "session_failed"
    ]


async def test_an_update_that_cannot_be_delivered_harms_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as client:
        topic = await client.subscribe("bars", **REQUEST)
        echo.bars.live[topic](None)  # type: ignore[arg-type]
        echo.bars.publish(bar(2))
        assert (await client.update("bars"))["payload"]["payload"]["time"] == 2
    assert "update_not_delivered" in caplog.text


async def test_a_topic_outlives_its_last_member_while_someone_waits_for_it() -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as waits:
        async with connected(address) as opens:
            echo.bars.gate.clear()
            await opens.send("bars.subscribe", REQUEST)
            await until(lambda: len(echo.bars.created) == 1)
            await waits.send("bars.subscribe", REQUEST)
            await until(lambda: echo.ws_app.subscriptions.pending_joins() == 2)
            opens.connection.transport.abort()
            echo.bars.gate.set()
        assert (await waits.receive())["payload"]["status"] == "ok"
        echo.bars.publish(bar(5))
        assert (await waits.update("bars"))["payload"]["payload"]["time"] == 5
        assert list(echo.bars.live) == ['bars:{"resolution":"1","symbol":"AAPL"}']


async def test_a_topic_that_is_too_long_is_refused() -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as client:
        reply = await client.request("bars.subscribe", REQUEST | {"symbol": "A" * 60_000})
        assert reply["status"] == "error"
        assert "8192" in reply["message"]
        assert len(reply["topic"]) == 8192
        await client.subscribe("bars", **REQUEST)


@pytest.mark.parametrize("origin", ["http://evil.example", "http://admitted.evil.example", "null"])
async def test_a_page_of_an_origin_that_is_not_admitted_opens_no_socket(origin: str) -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address:
        with pytest.raises(InvalidStatus) as refused:
            async with connected(address, origin=origin):
                pass
        assert refused.value.response.status_code == 403
        for admitted in ("http://admitted", f"http://{address}"):
            async with connected(address, origin=admitted) as client:
                await client.subscribe("bars", **REQUEST)


async def test_a_connection_ends_with_its_lifespan() -> None:
    echo = EchoApp(lifespan_s=0.2)
    async with serving(echo.api_app) as address, connected(address) as client:
        code, reason = await client.closed()
        assert (code, reason[:24]) == (1003, "Connection timed out. He")


async def test_subscriptions_of_a_client_are_bounded() -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as client:
        for number in range(1000):
            await client.send("bars.subscribe", REQUEST | {"symbol": f"S{number}"})
        for _ in range(1000):
            assert (await client.receive())["payload"]["status"] == "ok"
        reply = await client.request("bars.subscribe", REQUEST | {"symbol": "ONE-MORE"})
        assert reply["status"] == "error"
        assert "1000" in reply["message"]
