"""The program that `ServerProcess` starts: `python -m benchmarks.serve APP FD SETTINGS`."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from benchmarks import empty_endpoint, fastws_peer, holders_app, streaming_app
from trading_api.app_factory import create_app
from trading_api.roles.gateway import create_gateway
from trading_api.roles.owner import create_owner
from trading_api.server.gc_policy import GcPolicy
from trading_api.server.listening_server import ListeningServer
from trading_api.server.process_limits import raise_open_files_limit
from trading_api.server.uvicorn_options import server_options
from trading_api.settings import Settings

APPS = {
    "trading_api": lambda settings: create_app(settings, gc_policy=GcPolicy())[0],
    "core": lambda settings: create_owner(settings, "core", gc_policy=GcPolicy()),
    "market": lambda settings: create_owner(settings, "market", gc_policy=GcPolicy()),
    "broker": lambda settings: create_owner(settings, "broker", gc_policy=GcPolicy()),
    "gateway": lambda settings: create_gateway(settings, gc_policy=GcPolicy())[0],
    "stored": lambda settings: create_app(_stored(settings), gc_policy=GcPolicy())[0],
    "holders": holders_app.create_app,
    "streaming": streaming_app.create_app,
    "empty_endpoint": empty_endpoint.create_app,
    "fastws_peer": fastws_peer.create_app,
}


UNLIMITED = {
    "commands_per_s": 1e6,
    "ws_connections_per_address": 1_000_000,
    "ws_messages_per_s": 1_000_000,
}


def main(app: str, fd: int, changed: dict[str, Any]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    raise_open_files_limit()
    unchanged = Settings.defaults().model_dump()
    settings = Settings.model_validate(unchanged | {"log_level": "warning"} | UNLIMITED | changed)
    api_app: FastAPI = APPS[app](settings)
    options: dict[str, Any] = server_options(settings)
    if app == "fastws_peer":
        # The protocol that this project extends, and the fastest of uvicorn.
        options["ws"] = "websockets-sansio"
    ListeningServer(uvicorn.Config(api_app, **options)).run_on(socket.socket(fileno=fd))


def _stored(settings: Settings) -> Settings:
    folder = Path(os.environ["STORED_HISTORY_DIR"])
    return settings.model_copy(update={"datafeed_source": "replay", "data_dir": folder})


def _end_with_parent() -> None:
    """Stop when standard input closes, which it does whenever the parent process ends."""
    sys.stdin.buffer.read()
    signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3]))
