"""The complete programs in the documents run as they stand."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit.server import serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api_client import AsyncClient, Client

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = (ROOT / "docs" / "python.md", ROOT / "clients" / "python" / "README.md")
PROGRAMS = [
    program
    for document in DOCUMENTS
    for program in re.findall(r"(?s)```python\n(.*?)```", document.read_text(encoding="utf-8"))
    if "127.0.0.1:8000" in program
]


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    settings = Settings.defaults().model_copy(update={"database_url": "memory:"})
    api_app, _ = create_app(settings)
    async with serving(api_app, settings) as address:
        yield address


async def test_every_program_runs(address: str, tmp_path: Path) -> None:
    assert len(PROGRAMS) >= 8
    text = "\n".join(PROGRAMS).replace("127.0.0.1:8000", address)
    script = tmp_path / "program.py"
    script.write_text(text, encoding="utf-8")
    command = [sys.executable, "-W", "error", str(script)]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "OrderStatus.FILLED" in done.stdout


def test_every_method_is_in_the_document() -> None:
    text = DOCUMENTS[0].read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)(?:\(.*?\))?`", text))
    methods = {name for name in vars(Client) | _inherited(AsyncClient) if name[0] != "_"}
    ignored = {"close", "next", "on_socket_state", "server_version", "with_account"}
    undocumented = {name for name in methods - named - ignored if not name.startswith("on_")}
    assert undocumented == set()


def _inherited(type_: type) -> dict[str, object]:
    return {name: value for base in type_.__mro__ for name, value in vars(base).items()}
