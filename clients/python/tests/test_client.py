"""The synchronous client has the methods of the asynchronous one."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Iterator
from itertools import count

import pytest

from tests.kit.stepped_market import stepping
from trading_api_client import AsyncClient, Client, OrderStatus, Refused, Side, TimedOut
from trading_api_client.models import Execution

WAIT_S = 10.0
numbers = count(1)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server in a thread, because the client blocks the thread of the test."""
    addresses: list[str] = []
    started, stop = threading.Event(), threading.Event()

    async def serve() -> None:
        async with stepping() as bot:
            addresses.append(bot.address)
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    started.wait()
    yield addresses[0]
    stop.set()
    thread.join()


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(f"http://{address}", account=f"BLOCKING-{next(numbers)}") as client:
        yield client


def methods(type_: type) -> dict[str, tuple[list[inspect.Parameter], str | None]]:
    return {
        name: (list(inspect.signature(method).parameters.values()), inspect.getdoc(method))
        for name, method in inspect.getmembers(type_, inspect.isfunction)
        if not name.startswith("_")
    }


def test_both_clients_have_the_same_methods_with_the_same_arguments() -> None:
    blocking, asynchronous = methods(Client), methods(AsyncClient)
    assert blocking == asynchronous
    assert len(blocking) > 70
    assert inspect.signature(Client) == inspect.signature(AsyncClient)


def test_an_order_is_placed_and_its_effects_are_streamed(client: Client) -> None:
    with client.execution_updates() as executions, client.order_updates() as orders:
        executions.synchronized()
        placed = client.place_order("AAPL", Side.BUY, 3)
        assert executions.next(WAIT_S).orderId == placed.orderId
        client.wait_for_seq(client.events(limit=None)[-1].seq)
        seen = [orders.next_update(WAIT_S), orders.next_update(WAIT_S)]
        assert [each.data.status for each in seen] == [OrderStatus.WORKING, OrderStatus.FILLED]
        assert seen[0].seq == seen[1].prev
    assert client.positions()[0].qty == 3
    with pytest.raises(Refused):
        client.order("order-999")


def test_a_loop_over_a_stream_ends_its_subscription(client: Client) -> None:
    for bar in client.bars("AAPL", "1"):
        assert bar.open
        break
    assert client._client._streams.topics == {}
    stream = client.quotes("AAPL")
    assert next(stream).n == "AAPL"
    assert repr(stream) == '<BlockingStream of quotes:{"fast_symbols":["AAPL"],"symbols":[]}>'
    with pytest.raises(TimedOut):
        stream.next(0.01)
    stream.close()
    assert stream.is_closed
    assert repr(stream) == "<BlockingStream, closed>"
    assert list(stream) == []


def test_functions_run_in_the_thread_of_the_client_and_cannot_call_it(client: Client) -> None:
    outcomes: list[object] = []
    called = threading.Event()

    def on_execution(execution: Execution) -> None:
        try:
            client.positions()
        except RuntimeError as error:
            outcomes.append((threading.current_thread().name, str(error)))
        called.set()

    end = client.on_reconnected(outcomes.append)
    with client.on_execution(on_execution) as subscription:
        subscription.synchronized()
        client.place_order("AAPL", Side.BUY, 1)
        assert called.wait(WAIT_S)
    end()
    problem = "A callback cannot call the client: it runs in the client's thread"
    assert outcomes == [("trading-api-client", problem)]


def test_several_threads_use_one_client(client: Client) -> None:
    threads = [
        threading.Thread(target=client.place_order, args=("AAPL", Side.BUY, 1)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.positions()[0].qty == 8
    assert client.with_account("BLOCKING-OTHER").positions() == []


def test_a_closed_client_refuses_calls_and_ends_streams(address: str) -> None:
    client = Client(f"http://{address}")
    stream = client.quotes("AAPL")
    assert stream.next(WAIT_S).n == "AAPL"
    assert repr(client) == f"Client('http://{address}', account=None)"
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.positions()
    with pytest.raises(RuntimeError, match="closed"):
        next(stream)
