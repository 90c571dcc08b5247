"""Fuzz REST by the server's own OpenAPI document, with all checks of schemathesis."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from tests.kit.fuzz.server import FuzzedServer

FOLDER = Path(__file__).resolve().parent
LINE_LENGTH_MAX = 2000
TIMEOUT_S = 60.0


def fuzz_rest(server: FuzzedServer, seed: int, *options: str) -> None:
    """Run schemathesis. Raises AssertionError with the failures and how to reproduce them."""
    # Not openapi.json: that has no optional modules.
    answer = httpx.get(f"http://{server.address}/api/v1/openapi.json", timeout=TIMEOUT_S)
    document = answer.raise_for_status().json()
    if not server.headers:
        for operations in document["paths"].values():
            for operation in operations.values():
                operation.pop("security", None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        headers = [f"--header={name}: {value}" for name, value in server.headers.items()]
        command = [
            *(sys.executable, "-m", "schemathesis.cli"),
            f"--config-file={FOLDER / 'schemathesis.toml'}",
            *("run", str(path), f"--url=http://{server.address}", "--checks=all"),
            *(f"--seed={seed}", "--no-color", "--generation-database=none", *headers, *options),
        ]
        run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        lines = [line[:LINE_LENGTH_MAX] for line in run.stdout.splitlines()]
        assert run.returncode == 0, "\n".join([*lines, run.stderr])
