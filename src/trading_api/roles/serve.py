"""Runs one role under uvicorn."""

from __future__ import annotations

import os
import socket

import uvicorn
from fastapi import FastAPI

from trading_api.roles.gateway import create_gateway
from trading_api.roles.owner import create_owner
from trading_api.roles.partition_claims import OwnerRole
from trading_api.roles.supervisor import LISTENING_FD, listening_socket
from trading_api.server.gc_policy import GcPolicy
from trading_api.server.listening_server import ListeningServer
from trading_api.server.process_limits import raise_open_files_limit
from trading_api.server.uvicorn_options import server_options
from trading_api.settings import Settings


def serve_gateway(settings: Settings) -> int:
    """Serve clients until the process is stopped, and return the exit status. The socket is
    inherited from a supervisor, or opened. Raises ConfigurationError."""
    api_app, _ = create_gateway(settings, gc_policy=GcPolicy())
    inherited = os.environ.get(LISTENING_FD)
    listening = socket.socket(fileno=int(inherited)) if inherited else listening_socket(settings)
    return _serve(api_app, settings, listening)


def serve_owner(settings: Settings, role: OwnerRole) -> int:
    """Own partitions until the process is stopped, and return the exit status. The address of the
    settings serves health and metrics. Raises ConfigurationError."""
    app = create_owner(settings, role, gc_policy=GcPolicy())
    return _serve(app, settings, listening_socket(settings))


def _serve(app: FastAPI, settings: Settings, listening: socket.socket) -> int:
    raise_open_files_limit()
    server = ListeningServer(uvicorn.Config(app, **server_options(settings)))
    return server.run_on(listening)
