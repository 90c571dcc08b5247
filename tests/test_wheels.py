"""The wheels of `make wheel`: their contents, and their way into an empty environment."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import signal
import sys
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from functools import cache
from pathlib import Path

import httpx
import pytest

from tests.kit.deployment import ServerProcess, free_port
from tests.kit.wheel_environment import (
    UV,
    WheelEnvironment,
    create_environment,
    find_python,
    install_tool,
)
from trading_api.installation import FASTWS_REQUIREMENT

pytestmark = pytest.mark.skipif(
    not os.environ.get("WHEELS"), reason="installs packages; `make test-wheels` runs it"
)
FOLDER = Path(os.environ.get("WHEELS", "dist"))
RUNTIME = Path(__file__).resolve().parent.parent / "requirements" / "runtime.txt"
PYTHONS = os.environ.get("PYTHONS", "").split() or [f"3.{sys.version_info.minor}"]
EXTRAS = ("alpaca", "calendars", "ccxt", "mcp", "parquet", "scale")
STRATEGY = """
import sys
from trading_api_client import Backtest, Live, Strategy

class Buyer(Strategy):
    symbols, resolution = ["AAPL"], "1S"

    def on_bar(self, bar):
        self.buy(bar.symbol, 1)
        print(self.position(bar.symbol).qty)
        self.stop()

Backtest.simulator(start="2026-01-05T15:00", end="2026-01-05T15:01").run(Buyer)
Live(sys.argv[1], account="BUYER").run(Buyer)
"""
SERVER_IS_MISSING = "import importlib.util as u; assert u.find_spec('trading_api') is None\n"


@cache
def _wheel(name: str) -> Path:
    (path,) = FOLDER.glob(f"{name}-*.whl")
    return path


def _names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as file:
        return [name for name in file.namelist() if not name.endswith("/")]


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as file:
        (name,) = (name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(file.read(name).decode())


def test_the_server_has_its_terminal_templates_and_migrations() -> None:
    names = set(_names(_wheel("trading_api")))
    broker = "trading_api/modules/broker/journal"
    assert names >= {
        "trading_api/py.typed",
        "trading_api/terminal/index.html",
        "trading_api/shared/plugins/templates/asyncapi.html.j2",
        "trading_api/shared/plugins/assets/asyncapi.js",
        "trading_api/web/templates/rest_documentation.html.j2",
        "trading_api/web/assets/icon.svg",
        f"{broker}/sqlite/migrations/env.py",
        f"{broker}/postgres/migrations/env.py",
    }
    for kind in ("sqlite", "postgres"):
        assert any(name.startswith(f"{broker}/{kind}/migrations/versions/0") for name in names)
    assert any(re.fullmatch(r"trading_api/terminal/assets/start-.+\.js", name) for name in names)


@pytest.mark.parametrize("package", ["trading_api", "trading_api_client"])
def test_a_wheel_has_only_its_package_without_tests_and_data(package: str) -> None:
    names = _names(_wheel(package))
    assert f"{package}/py.typed" in names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {package}
    unwanted = re.compile(r"(^|/)(tests|var|conftest\.py|__pycache__)(/|$)|\.(db|pyc)$")
    assert [name for name in names if unwanted.search(name)] == []


@pytest.mark.parametrize("package", ["trading_api", "trading_api_client"])
def test_the_metadata_names_no_licence(package: str) -> None:
    metadata = _metadata(_wheel(package))
    fields = {name.lower() for name in metadata}
    assert not fields & {"license", "license-expression", "license-file"}
    classifiers = metadata.get_all("Classifier") or []
    assert [each for each in classifiers if each.startswith("License")] == []
    assert {f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13)} <= set(
        classifiers
    )


def test_the_metadata_leaves_fastws_out_and_names_the_extras() -> None:
    metadata = _metadata(_wheel("trading_api"))
    assert [each for each in metadata.get_all("Requires-Dist", []) if "fastws" in each] == []
    assert set(metadata.get_all("Provides-Extra", [])) == set(EXTRAS)


def test_the_sbom_names_every_locked_package_and_its_licence() -> None:
    bill = json.loads((FOLDER / "trading-api.cdx.json").read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    listed = {_canonical(each["name"]): each["version"] for each in bill["components"]}
    # A line with a marker is of another system.
    locked = dict(
        re.findall(r"^(\S+)==(\S+) \\$", RUNTIME.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert locked.items() <= listed.items()
    assert [each["name"] for each in bill["components"] if "licenses" not in each] == []


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module", params=PYTHONS)
def python(request: pytest.FixtureRequest) -> Path:
    found = find_python(request.param)
    if found is None:
        pytest.skip(f"Python {request.param} is not installed")
    return found


@pytest.fixture(scope="module")
def tool(python: Path, tmp_path_factory: pytest.TempPathFactory) -> WheelEnvironment:
    return install_tool(_wheel("trading_api"), python, tmp_path_factory.mktemp("tool"))


@pytest.fixture(scope="module")
def missing_command(tool: WheelEnvironment) -> str:
    """Return the command that each way of a start asks for, before anything has installed it."""
    commands = set()
    program = tool.folder / "bin" / "trading-api"
    calls: tuple[list[str | Path], ...] = (
        [program, "--help"],
        [program, "--version"],
        [program, "serve"],
        [program, "token"],
        [tool.programs / "trading-api", "data", "list"],
        [tool.python, "-m", "trading_api"],
        [tool.folder / "bin" / "uvicorn", "trading_api.main:app"],
    )
    for call in calls:
        result = tool.run(call)
        assert result.returncode == 2, call
        assert result.stdout == "", call
        assert "FastWS is missing" in result.stderr, call
        commands.add(result.stderr.splitlines()[-1])
    (command,) = commands
    return command


@pytest.fixture(scope="module")
def server(tool: WheelEnvironment, missing_command: str) -> Iterator[str]:
    """Install FastWS by the printed command, and yield the address of a server."""
    tool.output(shlex.split(missing_command))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = ServerProcess(
        "server",
        [str(tool.programs / "trading-api"), "serve"],
        tool.variables | {"PORT": str(port)},
        tool.folder / "server.log",
        ready_url=f"{address}/api/v1/health",
    )
    process.start()
    assert process.pid is not None
    try:
        asyncio.run(process.ready())
        yield address
    finally:
        os.kill(process.pid, signal.SIGTERM)
        status = asyncio.run(process.ended())
    assert status == -signal.SIGTERM  # uvicorn repeats the signal after a clean end


def test_every_start_without_fastws_prints_the_missing_command(
    tool: WheelEnvironment, missing_command: str
) -> None:
    assert missing_command.startswith(f"uv pip install --python {tool.python}")
    assert missing_command.endswith(f" --no-deps {FASTWS_REQUIREMENT}")


def test_the_command_in_an_active_environment_is_that_of_pip(python: Path, tmp_path: Path) -> None:
    environment = create_environment(python, tmp_path / "environment", _wheel("trading_api"))
    refused = environment.run(["trading-api", "--help"])
    assert refused.returncode == 2
    command = refused.stderr.splitlines()[-1]
    assert command == f"pip install --no-deps {FASTWS_REQUIREMENT}"
    environment.output(shlex.split(command))
    environment.output(["python", "-c", "import fastws"])


def test_the_installed_server_serves_the_terminal_and_the_api(server: str) -> None:
    page = httpx.get(f"{server}/")
    assert page.status_code == 200
    script = re.search(r'src="\.?/?(assets/start-[^"]+\.js)"', page.text)
    assert script is not None
    assert httpx.get(f"{server}/{script[1]}").status_code == 200
    assert httpx.get(f"{server}/api/v1/health").json()["status"] == "ok"
    assert httpx.get(f"{server}/api/v1/docs").status_code == 200


def test_the_installed_package_has_the_version_of_its_metadata(
    server: str, tool: WheelEnvironment
) -> None:
    version = _metadata(_wheel("trading_api"))["Version"]
    program = tool.programs / "trading-api"
    assert tool.output([program, "--version"]) == f"trading-api {version}\n"
    code = "import trading_api; print(trading_api.__version__)"
    assert tool.output([tool.python, "-c", code]) == f"{version}\n"


def test_the_first_example_of_the_client_places_an_order_without_the_server_package(
    server: str, python: Path, tmp_path: Path
) -> None:
    wheel = _wheel("trading_api_client")
    environment = create_environment(python, tmp_path / "environment", wheel)
    example = re.search(r"```python\n(.*?)```", str(_metadata(wheel).get_payload()), re.DOTALL)
    assert example is not None
    code = SERVER_IS_MISSING + example[1].replace("http://127.0.0.1:8000", server)
    shown = environment.output(["python", "-c", code])
    order_id = re.match(r"PlacedOrder\(id='([^']+)', symbol='AAPL'", shown)
    assert order_id is not None
    assert httpx.get(f"{server}/api/v1/broker/orders/{order_id[1]}").status_code == 200


def test_a_strategy_runs_in_a_backtest_and_on_paper_without_fastws(
    server: str, python: Path, tmp_path: Path
) -> None:
    wheels = _wheel("trading_api"), _wheel("trading_api_client")
    folder = tmp_path / "environment"
    environment = create_environment(python, folder, *wheels, "trading-api-client[backtest]")
    code = "import importlib.util as u; assert u.find_spec('fastws') is None\n" + STRATEGY
    assert environment.output(["python", "-c", code, server]) == "1.0\n1.0\n"


@pytest.mark.parametrize("extra", [*EXTRAS, ",".join(EXTRAS)])
def test_an_extra_can_be_installed_with_the_rest(tool: WheelEnvironment, extra: str) -> None:
    _resolve(tool, f"trading_api[{extra}] @ {_wheel('trading_api').as_uri()}")


def test_the_extras_of_the_client_can_be_installed_with_the_server(tool: WheelEnvironment) -> None:
    client = _wheel("trading_api_client")
    extras = ",".join(_metadata(client).get_all("Provides-Extra", []))
    assert "backtest" in extras
    _resolve(tool, f"trading_api_client[{extras}] @ {client.as_uri()}", str(_wheel("trading_api")))


def _resolve(tool: WheelEnvironment, *requirements: str) -> None:
    tool.output([UV, "pip", "install", "--dry-run", "--python", tool.python, *requirements])
