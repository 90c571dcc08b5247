"""Prometheus scrapes a server by deploy/prometheus/, and evaluates each query of the dashboard."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.deploy.deployed_files import DEPLOY
from tests.kit.deployment import ServerProcess, free_port
from tests.kit.server import serving
from tests.kit.signed_tokens import secured, token
from trading_api.app_factory import create_app

PROMETHEUS = shutil.which("prometheus")
pytestmark = pytest.mark.skipif(
    not os.environ.get("DEPLOY_TRIALS") or PROMETHEUS is None,
    reason="takes a minute; `make deploy-trials` runs it, with prometheus",
)
RANGE = "$__rate_interval"
ALWAYS_SHOWN = {"Open connections", "Open files", "Uptime", "Time since the market's last report"}


def _prometheus(folder: Path, address: str) -> ServerProcess:
    port = free_port()
    text = (DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:8000", address).replace(": 15s", ": 1s")
    (folder / "prometheus.yml").write_text(text, encoding="utf-8")
    shutil.copy(DEPLOY / "prometheus" / "rules.yml", folder)
    (folder / "trading-api.token").write_text(token(), encoding="utf-8")
    command = [
        str(PROMETHEUS),
        "--config.file=prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
    ]
    command += [f"--web.listen-address=127.0.0.1:{port}"]
    ready = f"http://127.0.0.1:{port}/-/ready"
    return ServerProcess("prometheus", command, os.environ, folder / "log", ready, port)


def _queries() -> list[tuple[str, str]]:
    """Return the title and the query of each line of the dashboard, for all processes."""
    panels = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text("utf-8"))["panels"]
    found = [
        (panel["title"], each["expr"]) for panel in panels for each in panel.get("targets", ())
    ]
    return [
        (title, re.sub(r"\$(job|instance)", ".*", query).replace("$__rate_interval", "10s"))
        for title, query in found
    ]


async def test_prometheus_evaluates_every_rule_and_every_query(tmp_path: Path) -> None:
    app, _ = create_app(secured(database_url="memory:"))
    async with serving(app) as address, httpx.AsyncClient(timeout=30) as rest:
        process = _prometheus(tmp_path, address)
        process.start()
        try:
            await process.ready()
            base = f"http://127.0.0.1:{process.port}/api/v1"

            async def query(text: str) -> list[Any]:
                answer = (await rest.get(f"{base}/query", params={"query": text})).json()
                assert answer["status"] == "success", (text, answer)
                result: list[Any] = answer["data"]["result"]
                return result

            async with asyncio.timeout(60):
                # Two scrapes; Prometheus has no event for them.
                while not await query("rate(process_cpu_seconds_total[10s])"):  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
            shown = {title for title, text in _queries() if await query(text)}
            assert shown >= ALWAYS_SHOWN
            groups = (await rest.get(f"{base}/rules")).json()["data"]["groups"]
            assert len(groups) == 5
            for rule in (rule for group in groups for rule in group["rules"]):
                assert rule["health"] != "err", rule
                assert rule["state"] != "firing", rule
        finally:
            if process.pid is not None:
                os.kill(process.pid, signal.SIGTERM)
                await process.ended()
