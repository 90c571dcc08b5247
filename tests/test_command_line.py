"""The `trading-api` command."""

import os
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.kit.commands import command
from trading_api.app_factory import create_app
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.factory import check_ledger
from trading_api.server.process_limits import OPEN_FILES_MAX
from trading_api.settings import Settings


def test_an_unknown_module_prevents_the_start() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "trading_api", "serve"],
        env=os.environ | {"ENABLED_MODULES": "datafed"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 2
    assert "the known ones are datafeed, broker, alerts, " in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["", "datafeed,", "broker,nothing", " "])
def test_the_error_for_an_unknown_module_names_the_known_modules(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"datafeed, broker, alerts, .*, or all"):
        create_app(Settings.defaults().model_copy(update={"enabled_modules": name}))


@pytest.mark.parametrize("names", [["alerts"], ["datafeed", "alerts"]])
def test_alerts_without_the_broker_prevent_the_start(names: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="alerts needs the module broker"):
        create_app(names)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "none"}, "PORT: Input should be a valid integer"),
        ({"DATAFEED_SPEED": "inf"}, "DATAFEED_SPEED: "),
        ({"DATAFEED_SPEED": "0.0009"}, "DATAFEED_SPEED: "),
        ({"DEFAULT_ACCOUNT_ID": "no spaces"}, "DEFAULT_ACCOUNT_ID: "),
    ],
)
def test_an_invalid_setting_prevents_the_start(environment: dict[str, str], sentence: str) -> None:
    result = command(["serve"], **environment)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"data_dir": Path("nowhere")}, "needs symbols in nowhere"),
        ({"datafeed_path": Path("nowhere.csv")}, "nowhere.csv"),
    ],
)
def test_a_replay_without_data_prevents_the_start(changed: dict[str, Path], sentence: str) -> None:
    settings = Settings.defaults().model_copy(update={"datafeed_source": "replay", **changed})
    with pytest.raises(ConfigurationError, match=sentence):
        create_app(settings)


@pytest.mark.parametrize("arguments", [["token"], ["alpaca-key", "create"]], ids=" ".join)
def test_an_unknown_scope_is_answered_with_the_known_ones(arguments: list[str]) -> None:
    result = command([*arguments, "--scope", "trade"])
    assert result.returncode == 2
    assert "account:trade" in result.stderr
    assert "<Scope" not in result.stderr


def test_a_port_in_use_prevents_the_start_before_addresses_are_printed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = command(["serve"], PORT=str(port))
    assert result.returncode == 2
    assert result.stdout == ""
    assert f"PORT={port} cannot be listened on" in result.stderr


def test_a_recording_with_an_invalid_row_prevents_the_start_and_names_the_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        "time,open,high,low,close\n1700000000,1,2,0.5,1\n1700000060,1,2,0.5,3\n", encoding="utf-8"
    )
    replay = {"datafeed_source": "replay", "datafeed_path": path}
    with pytest.raises(ConfigurationError, match=r"bad\.csv.*line 3|bad\.csv:3"):
        create_app(Settings.defaults().model_copy(update=replay))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://here/trading", "DATABASE_URL is sqlite:///a/file.db"),
        ("sqlite:////proc/trading.db", "/proc/trading.db (DATABASE_URL) can't be made: "),
        ("sqlite:///pyproject.toml", "is no SQLite database"),
    ],
)
def test_a_ledger_that_cannot_be_opened_prevents_the_start(url: str, sentence: str) -> None:
    Path("pyproject.toml").write_text("no database\n" * 100, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        check_ledger(Settings.defaults().model_copy(update={"database_url": url}))
    assert sentence in str(refused.value)


def test_no_ledger_is_created_without_the_broker_module() -> None:
    url = "mysql://here/trading"
    settings = Settings.defaults().model_copy(update={"database_url": url})
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        create_app(settings)
    app, _ = create_app(settings.model_copy(update={"enabled_modules": "datafeed"}))
    assert b"trading_ledger_events" not in app.state.metrics.exposition()


def verify_ledger(url: str) -> subprocess.CompletedProcess[str]:
    return command(["verify-ledger"], DATABASE_URL=url)


def test_a_ledger_admits_one_server_and_can_be_verified_while_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    with served(DATABASE_URL=f"sqlite:///{path}") as (_, address):
        order = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}
        httpx.post(f"{address}/api/v1/broker/orders", json=order).raise_for_status()
        second = command(["serve"], DATABASE_URL=f"sqlite:///{path}", PORT="0")
        result = verify_ledger(f"sqlite:///{path}")
    assert second.returncode == 2
    assert f"The ledger {path} is written by another process" in second.stderr
    assert result.returncode == 0, result.stderr
    assert "agrees" in result.stdout
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE accounts SET balance = '1'")
    result = verify_ledger(f"sqlite:///{path}")
    assert result.returncode == 1
    assert "accounts, account_id DEMO-ACCOUNT: balance: expected 100000, found 1." in result.stderr


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("memory:", "DATABASE_URL=memory: keeps nothing that could be verified."),
        ("sqlite:///nowhere/trading.db", "nowhere/trading.db (DATABASE_URL)."),
    ],
)
def test_verify_ledger_rejects_a_database_without_a_ledger(url: str, sentence: str) -> None:
    result = verify_ledger(url)
    assert result.returncode == 2
    assert result.stderr.endswith(f"{sentence}\n")
    assert not Path("nowhere").exists()


def import_data(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return data_command(folder, "import", *arguments)


def data_command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(["data", *arguments], DATA_DIR=str(folder / "data"))


def test_imported_data_is_reported_and_served(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    lines = [f"{1_700_000_000 + 60 * n},1,2,0.5,1" for n in range(10)]
    path.write_text("\n".join(["time,open,high,low,close", *lines, lines[0]]), encoding="utf-8")
    options = ("--symbol", "mine", "--timezone", "UTC", "--currency", "eur")
    result = import_data(tmp_path, str(path), *options)
    assert (result.returncode, result.stderr) == (0, ""), "no progress bar without a terminal"
    assert result.stdout.splitlines() == [
        "MINE: 11 rows were read.",
        "New bars of 0:01:00: 10.",
        "Duplicates, dropped: 1.",
        "Repairs refused: 0; a row that needs one stops the import.",
        "Gaps in trading time: none.",
        (
            "Stored now: 10 bars from 2023-11-14 22:13:20 UTC to 2023-11-14 22:22:20 UTC, "
            "in ticks of 0.1."
        ),
    ]
    environment = {"DATAFEED_SOURCE": "replay", "DATA_DIR": str(tmp_path / "data")}
    with served(**environment) as (_, address):
        info = httpx.get(f"{address}/api/v1/datafeed/resolve/RECORDED:MINE").json()
        assert (info["currency_code"], info["session"]) == ("EUR", "24x7")
    replay = {"datafeed_source": "replay", "data_dir": tmp_path / "data"}
    wanted = {"datafeed_symbols": "MINE,OTHER"}
    with pytest.raises(ConfigurationError, match="OTHER is not stored; there are MINE"):
        create_app(Settings.defaults().model_copy(update=replay | wanted))


def test_the_error_for_an_invalid_file_names_its_lines(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        "time,open,high,low,close\n1700000000,1,2,0.5,1\n1700000060,1,2,0.5,3\n", encoding="utf-8"
    )
    result = import_data(tmp_path, str(path), "--symbol", "X", "--timezone", "UTC")
    assert result.returncode == 2
    assert "line 3: the row has a high and a low" in result.stderr
    assert "Nothing was imported." in result.stderr
    result = import_data(tmp_path, str(path), "--symbol", "X", "--timezone", "Mars/Base")
    assert result.returncode == 2
    assert "'Mars/Base' is no time zone" in result.stderr


def test_stored_symbols_are_listed_and_deleted(tmp_path: Path) -> None:
    result = data_command(tmp_path, "list")
    assert (result.returncode, "Nothing is stored in" in result.stdout) == (0, True)
    result = data_command(tmp_path, "delete", "ONE")
    assert result.returncode == 1
    assert "ONE is not stored; nothing is." in result.stderr
    path = tmp_path / "rows.csv"
    lines = [f"{1_700_000_000 + 60 * n},1,2,0.5,1" for n in range(10)]
    path.write_text("\n".join(["time,open,high,low,close", *lines]), encoding="utf-8")
    for symbol in ("ONE", "TWO"):
        options = ("--symbol", symbol, "--timezone", "UTC", "--session", "00:00-00:00:1234567")
        result = import_data(tmp_path, str(path), *options, "--tick", "0.5")
        assert result.returncode == 0, result.stderr
    listed = data_command(tmp_path, "list").stdout.splitlines()
    assert listed[0].split() == ["symbol", "kind", "rows", "from", "to", "session", "tick"]
    assert re.split(r"\s{2,}", listed[1]) == [
        *("ONE", "0:01:00", "10", "2023-11-14 22:13:20", "2023-11-14 22:22:20"),
        *("0000-0000:1234567 UTC", "0.5"),
    ]
    result = data_command(tmp_path, "delete", "three")
    assert (result.returncode, result.stdout) == (1, "")
    assert "THREE is not stored; there are ONE, TWO." in result.stderr
    result = data_command(tmp_path, "delete", "one")
    assert (result.returncode, result.stdout) == (0, "ONE is deleted.\n")
    listed = data_command(tmp_path, "list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["symbol", "TWO"]


def test_options_decide_what_a_file_leaves_open(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    lines = [f"0{day}/01/2024 10:00,1.004,2,0.5,1,BTC/USDT" for day in (2, 3)]
    path.write_text("\n".join(["time,open,high,low,close,symbol", *lines]), encoding="utf-8")
    result = import_data(tmp_path, str(path))
    assert result.returncode == 2
    assert "--time-format %d/%m/%Y" in result.stderr
    options = ("--time-format", "%d/%m/%Y %H:%M", "--bar", "1h", "--label", "close")
    result = import_data(tmp_path, str(path), *options, "--tick", "0.01", "--timezone", "UTC")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "BTC/USDT is stored as BTC-USDT."
    assert "Prices rounded to ticks of 0.01: 2." in lines
    assert "2 bars from 2024-01-02 09:00:00 UTC to 2024-01-03 09:00:00 UTC" in lines[-1]
    listed = data_command(tmp_path, "list").stdout.splitlines()
    assert listed[1].startswith("BTC-USDT (BTC/USDT)  1:00:00")
    result = data_command(tmp_path, "delete", "btc/usdt")
    assert (result.returncode, result.stdout) == (0, "BTC-USDT is deleted.\n")


@pytest.mark.parametrize("bar", ["7s", "1y", "0", "minute"])
def test_an_invalid_length_of_bars_is_rejected(tmp_path: Path, bar: str) -> None:
    result = import_data(tmp_path, "rows.csv", "--symbol", "X", "--bar", bar)
    assert result.returncode == 2
    assert f"{bar!r} is no length of bars; one is 30s, 5m" in result.stderr


@pytest.mark.parametrize("tick", ["0", "-1", "x", "nan", "1e-13"])
def test_an_invalid_tick_is_rejected(tmp_path: Path, tick: str) -> None:
    options = ("rows.csv", "--symbol", "X", "--timezone", "UTC", f"--tick={tick}")
    result = import_data(tmp_path, *options)
    assert result.returncode == 2
    assert f"{tick!r} is no price step; one is 0.01" in result.stderr


@contextmanager
def served(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the server and return the process with the address that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "trading_api", "serve", *arguments],
        env=os.environ | {"PORT": "0"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if found := re.search(r"running on (http://127\.0\.0\.1:\d+)", line):
                yield process, found[1]
                break
    finally:
        process.kill()
        process.communicate()


def test_a_shutdown_does_not_wait_for_the_step_clock() -> None:
    environment = {"DATAFEED_CLOCK": "step", "DATAFEED_START": "2026-01-05T10:30:00Z"}
    with served(**environment) as (process, address), ThreadPoolExecutor() as pool:
        base = f"{address}/api/v1/datafeed"
        start_s = httpx.get(f"{base}/time").json()
        day = {"by_ms": 86_400_000}
        advancing = pool.submit(httpx.post, f"{base}/clock/advance", json=day, timeout=60)
        while httpx.get(f"{base}/time").json() == start_s:
            assert not advancing.done()
        process.send_signal(signal.SIGTERM)
        answer = advancing.result()
        assert (answer.status_code, answer.json()["code"]) == (503, "stopping")
        process.communicate(timeout=20)


def test_a_second_process_is_refused() -> None:
    result = command(["serve"], WEB_CONCURRENCY="2", DATABASE_URL="memory:", PORT="0")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("trading-api: WEB_CONCURRENCY=2 would start 2 exchanges")


def test_workers_of_uvicorn_are_refused() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "trading_api.main:app", "--workers=2", "--port=0"],
        env=os.environ | {"DATABASE_URL": "memory:"},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            assert "Application startup complete" not in line
            if "--workers=2 would start 2 exchanges behind one port" in line:
                break
        else:
            pytest.fail("uvicorn ended without the reason")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_rejected_requests_do_not_fill_the_log() -> None:
    with served(LOG_LINES_PER_S="5") as (process, address):
        with httpx.Client(base_url=address) as stranger:
            for _ in range(50):
                assert stranger.get("/%00" + "%FF" * 13_000).status_code == 404
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
    assert "404" in log
    assert len(log.encode()) < 50_000, "50 lines of 120 KB would be 6 MB"


def test_the_log_of_debugging_contains_no_secret_of_a_websocket_client() -> None:
    with served(LOG_LEVEL="debug", ENABLED_MODULES="all,alpaca") as (process, address):
        url = f"{address.replace('http', 'ws', 1)}/api/v1/alpaca/v2/iex?secret=in-the-address"
        headers = {"APCA-API-KEY-ID": "PK1", "APCA-API-SECRET-KEY": "in-a-header"}
        with connect(url, additional_headers=headers) as client:
            client.send('{"action":"auth","key":"PK1","secret":"in-a-message"}')
            client.recv()
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
    assert "client_connected" in log
    for secret in ("in-the-address", "in-a-header", "in-a-message"):
        assert secret not in log


@contextmanager
def few_open_files() -> Iterator[None]:
    """Set the default limit of open files of most systems."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_serve_runs_until_sigterm_and_exits_cleanly() -> None:
    with few_open_files(), served() as (process, address):
        soft, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        assert soft == min(hard, OPEN_FILES_MAX), "each connection is one"
        assert httpx.get(f"{address}/api/v1/health").json()["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
        assert process.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in log
        assert "ERROR" not in log
