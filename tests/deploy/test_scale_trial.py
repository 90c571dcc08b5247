"""compose.scale.yaml without Docker: its commands, environment, nats.conf and scale.conf, with the
servers from their wheels. PostgreSQL trusts every local user here, so its password is not tried."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from tests.deploy.certificate import write_certificate
from tests.deploy.deployed_files import DEPLOY, compose, health_check, image_environment
from tests.deploy.exposed_metrics import exposed_metrics
from tests.kit.deployment import Deployment, ServerProcess, free_port, running, trading_api
from tests.kit.deployment_layouts import postgresql_process
from tests.kit.server import WsClient
from tests.kit.signed_tokens import SECRET, bearer, token

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
pytestmark = pytest.mark.skipif(
    not os.environ.get("DEPLOY_TRIALS") or NGINX is None,
    reason="starts ten processes; `make deploy-trials` runs it, with nginx",
)
ROLES = ("market", "broker", "gateway")
ACCOUNT = {"accountId": "OWN"}


def _nats(folder: Path, port: int) -> ServerProcess:
    program = shutil.which("nats-server", path=str(Path(sys.executable).parent))
    text = (DEPLOY / "nats.conf").read_text(encoding="utf-8")
    text = text.replace("port: 4222", f"host: 127.0.0.1\nport: {port}")
    (folder / "nats.conf").write_text(text.replace("8222", str(free_port())), encoding="utf-8")
    command = [str(program), "--config", str(folder / "nats.conf")]
    environment = {"NATS_PASSWORD": "password"}
    return ServerProcess("nats", command, environment, folder / "nats.log", port=port)


def _nginx(folder: Path, gateways: list[int]) -> ServerProcess:
    port = free_port()
    text = (DEPLOY / "nginx" / "scale.conf").read_text(encoding="utf-8")
    text = text.replace("/etc/nginx/certificates", str(folder))
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}")
    (server,) = re.findall(r"server gateway:8000 resolve.*;", text)
    servers = (server.replace("gateway:8000 resolve", f"127.0.0.1:{each}") for each in gateways)
    text = text.replace(server, "\n".join(servers))
    paths = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ access_log off;\n{paths}{text} }}\n",
        encoding="utf-8",
    )
    command = [str(NGINX), "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]
    return ServerProcess("nginx", command, os.environ, folder / "nginx.log", port=port)


def _deployment(folder: Path) -> Deployment:
    """Return the deployment of the compose file, on ports of 127.0.0.1."""
    secrets = {"AUTH_SECRET": SECRET, "POSTGRES_PASSWORD": "password", "NATS_PASSWORD": "password"}
    services = compose("compose.scale.yaml", secrets)["services"]
    postgresql, _ = postgresql_process(folder)
    nats = _nats(folder, free_port())
    hosts = {
        "@nats:4222": f"@127.0.0.1:{nats.port}",
        "@postgres/": f"@127.0.0.1:{postgresql.port}/",
    }
    deployment = Deployment(folder, [], {})
    assert postgresql.folder is not None
    deployment.temporary_folders.append(postgresql.folder)
    deployment.add(postgresql)
    deployment.add(nats)
    for role in ROLES:
        service = services[role]
        for number in range(1, service["deploy"]["replicas"] + 1):
            port = free_port()
            environment = image_environment() | service["environment"]
            environment |= {"HOST": "127.0.0.1", "PORT": str(port), "DATA_DIR": str(folder)}
            environment |= {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": ""}
            for host, local in hosts.items():
                environment = {k: v.replace(host, local) for k, v in environment.items()}
            name = f"{role}-{number}"
            # What the image's health check asks for.
            live = f"http://127.0.0.1:{port}/health/live"
            assert "'/health/live'" in health_check()[-1]
            log = folder / f"{name}.log"
            command = trading_api(*service["command"])
            deployment.add(ServerProcess(name, command, environment, log, live, port))
    gateways = [deployment.processes[name].port or 0 for name in deployment.names("gateway")]
    deployment.add(_nginx(folder, gateways))
    return deployment


async def test_an_order_passes_through_the_whole_deployment(tmp_path: Path) -> None:
    context = write_certificate(tmp_path)
    deployment = _deployment(tmp_path)
    known = set(exposed_metrics(tmp_path))
    async with (
        running(deployment),
        httpx.AsyncClient(verify=context, headers=bearer(token()), timeout=30) as rest,
    ):
        address = f"127.0.0.1:{deployment.processes['nginx'].port}"
        assert "<title>" in (await rest.get(f"https://{address}/")).text
        async with connect(
            f"wss://{address}/api/v1/ws", ssl=context, additional_headers=bearer(token())
        ) as connection:
            client = WsClient(connection)
            await client.subscribe("executions", **ACCOUNT)
            order = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}
            url = f"https://{address}/api/v1/broker/orders?account_id=OWN"
            placed = await rest.post(url, json=order)
            assert placed.status_code == 200, placed.text
            execution = (await client.update("executions"))["payload"]["payload"]
            assert execution["orderId"] == placed.json()["orderId"]
        ages: dict[str, float] = {}
        for name, process in deployment.processes.items():
            if not name.startswith(ROLES):
                continue
            answer = await rest.get(f"http://127.0.0.1:{process.port}/metrics")
            families = {each.name: each for each in text_string_to_metric_families(answer.text)}
            named = {each.removesuffix("_created") for each in families}
            assert named <= known, name
            ages[name] = families["trading_market_report_age_seconds"].samples[0].value
        assert max(ages.values()) < 5, f"no rule of deploy/prometheus fires: {ages}"
        for name in deployment.names("gateway-1") + deployment.names("market-1"):
            deployment.signal(name, signal.SIGTERM)
            assert await deployment.processes[name].ended() in (0, -signal.SIGTERM), name
