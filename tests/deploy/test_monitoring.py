"""The alert rules and the dashboard name every metric of the server, and no other."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.deploy.exposed_metrics import exposed_metrics, series_names
from tests.kit.server import serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboard.json"
PROMTOOL = shutil.which("promtool")
ALWAYS_THERE = {"up"}
"""What Prometheus itself adds."""
NAME = re.compile(r"\b(?:trading|process)_[a-z_]+\b")


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The names of all metrics, by the names of their series."""
    return series_names(exposed_metrics(tmp_path_factory.mktemp("metrics")))


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "rules.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard_panels() -> list[dict[str, Any]]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return [panel for panel in panels if panel["type"] != "row"]


def series_of(*expressions: str) -> set[str]:
    return {name for expression in expressions for name in NAME.findall(expression)}


def dashboard_series() -> set[str]:
    return series_of(*(each["expr"] for panel in dashboard_panels() for each in panel["targets"]))


def test_the_dashboard_shows_every_metric_of_every_process(series: dict[str, str]) -> None:
    shown = dashboard_series()
    assert shown <= series.keys(), "no metric has these names"
    assert {series[name] for name in shown} == set(series.values())


def test_every_metric_of_the_document_is_on_the_dashboard(series: dict[str, str]) -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`trading_.*|`process_.*) \|", text, re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)[`{]", row.split("|")[0])}
    assert len(documented) > 40
    metrics = {name.removesuffix("_total") for name in documented}
    assert metrics <= set(series.values()), "no metric has these names"
    assert metrics <= {series[name] for name in dashboard_series()}


async def test_a_running_server_exposes_no_further_metric(series: dict[str, str]) -> None:
    app, _ = create_app(Settings.defaults())
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}") as rest,
    ):
        families = list(text_string_to_metric_families((await rest.get("/metrics")).text))
    names = {family.name.removesuffix("_created") for family in families}
    assert "trading_connections" in names
    assert names <= set(series.values())


def test_the_rules_name_only_metrics_that_exist(series: dict[str, str]) -> None:
    named = series_of(*(rule["expr"] for rule in rules()))
    assert len(named) > 20
    assert named <= series.keys()
    for rule in rules():
        words = set(re.findall(r"\b[a-z_]+(?=\{|\[| [<>=])", rule["expr"]))
        assert words <= series.keys() | ALWAYS_THERE, rule["alert"]


def test_the_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
def test_promtool_accepts_the_rules_and_each_of_them_fires(tmp_path: Path) -> None:
    assert PROMTOOL is not None
    for name in ("prometheus.yml", "rules.yml", "rules_test.yml"):
        shutil.copy(PROMETHEUS / name, tmp_path)
    (tmp_path / "trading-api.token").touch()
    for command in (("check", "config", "prometheus.yml"), ("test", "rules", "rules_test.yml")):
        done = subprocess.run([PROMTOOL, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_rule_has_a_test_in_which_it_fires() -> None:
    tests = yaml.safe_load((PROMETHEUS / "rules_test.yml").read_text(encoding="utf-8"))["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    fired = {case["alertname"] for case in cases if case.get("exp_alerts")}
    quiet = {case["alertname"] for case in cases if not case.get("exp_alerts")}
    names = {rule["alert"] for rule in rules()}
    assert fired == names
    assert quiet == names
