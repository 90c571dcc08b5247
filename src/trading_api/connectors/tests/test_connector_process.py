"""A connector in a process of its own, with small targets."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from trading_api.connectors.connector_process import ConnectorProcess
from trading_api.connectors.errors import ConnectorEnded, ConnectorError
from trading_api.connectors.tests.targets import HERE, Ask, Greeting, Hello, Message, Ready

SECRET = "the-secret-of-the-test"
TIMEOUT_S = 20.0


def process(target: str, count: int = 0, environment: dict[str, str] | None = None) -> Any:
    greeting = Greeting("we", SECRET, count)
    return ConnectorProcess(f"{HERE}:{target}", greeting, Message, [SECRET], environment)


@asynccontextmanager
async def running(
    connector: ConnectorProcess,
) -> AsyncIterator[tuple[asyncio.Queue[Message], asyncio.Task[None]]]:
    messages: asyncio.Queue[Message] = asyncio.Queue()
    task = asyncio.create_task(connector.run(messages.put_nowait))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            yield messages, task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, ConnectorEnded):
            await task


async def ready(messages: asyncio.Queue[Message]) -> int:
    """Wait for Ready, and return the process id."""
    while not isinstance(message := await messages.get(), Ready):
        pass
    return message.pid


async def run_to_its_end(connector: ConnectorProcess) -> tuple[list[Message], ConnectorEnded]:
    messages: list[Message] = []
    async with asyncio.timeout(TIMEOUT_S):
        with pytest.raises(ConnectorEnded) as ended:
            await connector.run(messages.append)
    return messages, ended.value


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # the second if it ends between open and read
        return False
    return state != "Z"


async def gone(pid: int) -> None:
    while is_alive(pid):  # noqa: ASYNC110, another process has no event
        await asyncio.sleep(0.01)


async def test_it_starts_publishes_and_answers_in_order() -> None:
    connector = process("answering")
    async with running(connector) as (messages, _):
        assert await messages.get() == Hello(f"we in {Path.cwd()}")
        assert connector.pid == await ready(messages)
        answers = [
            await connector.request("ask", Ask("double", number), int, 5) for number in range(3)
        ]
        assert answers == [0, 2, 4]
        assert [messages.get_nowait() for _ in range(3)] == [
            Hello("before the answer", number) for number in range(3)
        ]
        connector.send(Hello("one way"))
        assert await messages.get() == Hello("ONE WAY")


async def test_an_error_of_a_handler_crosses_over_with_its_code() -> None:
    connector = process("answering")
    async with running(connector) as (messages, _):
        await ready(messages)
        with pytest.raises(ConnectorError) as failed:
            await connector.request("ask", Ask("fail"), int, 5)
        error = failed.value
        assert (error.code, error.text) == ("rate_limited", "Too many requests.")
        assert error.retry_after_s == 7.5
        with pytest.raises(ConnectorError) as failed:
            await connector.request("ask", Ask("crash"), int, 5)
        assert failed.value.code == "internal"
        assert await connector.request("ask", Ask("double", 4), int, 5) == 8


async def test_a_request_that_is_not_answered_times_out_and_others_go_on() -> None:
    connector = process("answering")
    async with running(connector) as (messages, _):
        await ready(messages)
        with pytest.raises(TimeoutError):
            await connector.request("ask", Ask("wait"), int, 0.01)
        with pytest.raises(TimeoutError):
            await connector.request("a method without handler", Ask("double"), int, 0.01)
        assert await connector.request("ask", Ask("double", 4), int, 5) == 8


async def test_a_killed_process_ends_the_run_and_its_requests() -> None:
    connector = process("answering")
    async with running(connector) as (messages, task):
        pid = await ready(messages)
        asking = asyncio.create_task(connector.request("ask", Ask("wait"), int, TIMEOUT_S))
        await connector.request("ask", Ask("double"), int, 5)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ConnectorEnded):
            await asking
        with pytest.raises(ConnectorEnded, match="status -9"):
            await task
        assert connector.pid is None
        with pytest.raises(ConnectorEnded):
            await connector.request("ask", Ask("double"), int, 5)
        connector.send(Hello("to no process"))


async def test_it_runs_again_after_it_ended() -> None:
    connector = process("counting", count=3)
    for _ in range(2):
        messages, ended = await run_to_its_end(connector)
        assert messages == [Hello("", number) for number in range(3)]
        assert (ended.reason, ended.code) == ("it has finished", "")


async def test_a_cancelled_run_ends_the_process() -> None:
    connector = process("answering")
    async with running(connector) as (messages, _):
        pid = await ready(messages)
    assert not is_alive(pid)


async def test_a_process_that_blocks_its_loop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trading_api.connectors.connector_process.STOP_S", 0.1)
    connector = process("blocking")
    async with running(connector) as (messages, _):
        pid = await ready(messages)
    assert not is_alive(pid)


@pytest.mark.parametrize("target", ["answering", "blocking"])
async def test_it_ends_with_its_server_however_that_ends(target: str) -> None:
    """The server here is killed, with no chance to end anything."""
    program = (
        "import asyncio\n"
        "from trading_api.connectors.connector_process import ConnectorProcess\n"
        f"from {HERE} import Greeting, Message\n"
        f"connector = ConnectorProcess('{HERE}:{target}', Greeting('we'), Message)\n"
        "asyncio.run(connector.run(lambda message: print(message, flush=True)))\n"
    )
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    async with asyncio.timeout(TIMEOUT_S):
        while not (line := await server.stdout.readline()).startswith(b"Ready"):
            assert line
        pid = int(line.split(b"=")[1].strip(b")\n"))
        assert is_alive(pid)
        server.kill()
        await server.wait()
        await gone(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_signals_of_a_terminal_or_a_supervisor_do_not_end_it(number: signal.Signals) -> None:
    connector = process("answering")
    async with running(connector) as (messages, _):
        pid = await ready(messages)
        assert os.getpgid(pid) != os.getpgid(0), "Ctrl+C reaches the server's group alone"
        os.kill(pid, number)
        assert await connector.request("ask", Ask("double", 4), int, 5) == 8


async def test_secrets_are_in_no_command_line_and_no_environment() -> None:
    environment = {**os.environ, "LIVE_API_SECRET": SECRET}
    connector = process("answering", environment=environment)
    async with running(connector) as (messages, _):
        pid = await ready(messages)
        for name in ("cmdline", "environ"):
            assert SECRET.encode() not in Path(f"/proc/{pid}/{name}").read_bytes()


async def test_secrets_are_in_no_error_and_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    connector = process("answering")
    with caplog.at_level(logging.INFO):
        async with running(connector) as (messages, _):
            await ready(messages)
            with pytest.raises(ConnectorError, match=r"the key \[secret\] is not valid"):
                await connector.request("ask", Ask("leak"), int, 5)
            await connector.request("ask", Ask("log"), int, 5)
        _, ended = await run_to_its_end(process("failing"))
        assert (ended.code, ended.reason) == ("authentication", "wrong: [secret]")
        _, ended = await run_to_its_end(process("printing"))
        assert ended.reason == "The connector ended with status 4: a library prints [secret]"
    (line,) = [each for each in caplog.records if each.name == HERE]
    assert line.getMessage() == "a [secret] event"
    assert vars(line)["key"] == "[secret]"
    assert vars(line)["n"] == 1


async def test_a_process_that_ends_by_itself_reports_its_status() -> None:
    messages, ended = await run_to_its_end(process("crashing"))
    assert (messages, ended.reason) == ([], "The connector ended with status 3.")


async def test_a_target_that_does_not_exist_is_named() -> None:
    _, ended = await run_to_its_end(process("missing"))
    assert "missing" in ended.reason
    assert ended.code == "internal"


async def test_all_is_delivered_of_a_target_that_finishes() -> None:
    messages, _ = await run_to_its_end(process("counting", count=20_000))
    assert messages == [Hello("", number) for number in range(20_000)]


async def test_a_flood_leaves_the_loop_free_for_other_work() -> None:
    """What is read in one turn is bounded, and so is what waits here."""
    connector = process("waiting_flood")
    turns_between: list[int] = []
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    async with asyncio.timeout(TIMEOUT_S):
        with pytest.raises(ConnectorEnded):
            await connector.run(lambda _: turns_between.append(turns))
    counting.cancel()
    assert len(turns_between) == 3_000
    in_one_turn = max(turns_between.count(turn) for turn in set(turns_between))
    assert in_one_turn <= 100


async def test_a_process_that_publishes_without_end_is_bounded() -> None:
    """The server blocks its own loop, as in a long pause."""
    connector = process("flooding")

    def block(message: Message) -> None:
        if isinstance(message, Ready):
            pid = message.pid
            while is_alive(pid):
                os.sched_yield()

    async with asyncio.timeout(TIMEOUT_S):
        with pytest.raises(ConnectorEnded, match="the server left 16 MB unread"):
            await connector.run(block)


async def test_what_a_handler_of_messages_raises_ends_the_run() -> None:
    def fail(_: Message) -> None:
        raise RuntimeError("a fault of the server")

    connector = process("answering")
    with pytest.raises(RuntimeError, match="a fault of the server"):
        await connector.run(fail)
    assert connector.pid is None


async def test_a_request_is_not_begun_once_its_caller_has_stopped_waiting() -> None:
    connector = process("answering")
    async with running(connector) as (messages, _):
        pid = await ready(messages)
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(TimeoutError):
                await connector.request("ask", Ask("double", 1), int, 0.05)
        finally:
            os.kill(pid, signal.SIGCONT)
        assert await connector.request("ask", Ask("double", 2), int, 5) == 4
        assert await messages.get() == Hello("before the answer", 2)


async def test_a_process_that_is_stopped_is_killed() -> None:
    greeting = Greeting("we", SECRET)
    connector = ConnectorProcess(f"{HERE}:answering", greeting, Message, stalled_s=4)
    async with running(connector) as (messages, task):
        pid = await ready(messages)
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(ConnectorEnded, match="status -9"):
            await task
        assert not is_alive(pid)
