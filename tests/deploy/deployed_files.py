"""The files of deploy/, read as their programs read them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from trading_api.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
TOOLS = ROOT / ".venv" / "deployment"
"""Where CI installs requirements/deployment.txt."""
READ_BY_UVICORN = {"FORWARDED_ALLOW_IPS"}


def tool(name: str) -> str | None:
    """Return the path of a program of requirements/deployment.txt or of the system, or None."""
    return shutil.which(name, path=str(TOOLS / "bin")) or shutil.which(name)


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile and their arguments, with lines joined."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in text.splitlines() if line]


def health_check() -> list[str]:
    """Return the command of the image's health check."""
    (arguments,) = [text for name, text in instructions() if name == "HEALTHCHECK"]
    command: list[str] = json.loads(arguments.partition("CMD ")[2])
    return command


def image_environment() -> dict[str, str]:
    """Return the environment that the image sets, without PATH."""
    text = " ".join(text for name, text in instructions() if name == "ENV")
    return {name: value for name, _, value in (each.partition("=") for each in text.split())} | {
        "PATH": ""
    }


def compose(name: str, variables: Mapping[str, str]) -> dict[str, Any]:
    """Return a compose file, with variables replaced by the given ones or by their defaults."""

    def text(found: re.Match[str]) -> str:
        default = found[2][2:] if (found[2] or "").startswith(":-") else None
        return variables.get(found[1], default) if default is not None else variables[found[1]]

    def replaced(value: Any) -> Any:
        # As Compose does: in the values, after the file is read.
        if isinstance(value, dict):
            return {key: replaced(each) for key, each in value.items()}
        if isinstance(value, list):
            return [replaced(each) for each in value]
        if isinstance(value, str):
            return re.sub(r"\$\{(\w+)(:[-?][^}]*)?\}", text, value)
        return value

    loaded: dict[str, Any] = replaced(yaml.safe_load((DEPLOY / name).read_text("utf-8")))
    return loaded


def settings_of(
    environment: Mapping[str, str], patch: pytest.MonkeyPatch, *allowed: str
) -> Settings:
    """Return the settings of a process with this environment alone. Every variable has to be one
    of the server's, of uvicorn's, or `allowed`."""
    known = {name.upper() for name in Settings.model_fields} | READ_BY_UVICORN
    assert environment.keys() - set(allowed) <= known
    for name in known:
        patch.delenv(name, raising=False)
    for name, text in environment.items():
        if name in known:
            patch.setenv(name, text)
    return Settings()
