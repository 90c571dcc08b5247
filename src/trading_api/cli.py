"""The `trading-api` command."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

import uvicorn
from pydantic import ValidationError

from trading_api.server import server_options
from trading_api.settings import Settings
from trading_api.shared.errors import ConfigurationError


def main() -> int:
    parser = argparse.ArgumentParser(prog="trading-api", description=__doc__)
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="start the backend; settings are in the environment")
    serve.add_argument("--reload", action="store_true", help="start again when the code changes")
    serve.set_defaults(run=_serve)
    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            print(f"trading-api: {name}: {fault['msg']}", file=sys.stderr)
        return 2
    except ConfigurationError as error:
        print(f"trading-api: {error}", file=sys.stderr)
        return 2
    return 0


def _serve(arguments: argparse.Namespace) -> None:
    settings = Settings()
    # What can't start stops here with a sentence, not in a server's traceback.
    importlib.import_module("trading_api.main")
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = f"{host}:{settings.port}"
    print(
        f"REST        http://{base}/api/v1   documented at http://{base}/api/v1/docs\n"
        f"WebSocket   ws://{base}/api/v1/ws   documented at http://{base}/api/v1/ws/asyncapi",
        flush=True,
    )
    uvicorn.run(
        "trading_api.main:app",
        reload=arguments.reload,
        reload_dirs=[str(Path(__file__).parent)] if arguments.reload else None,
        **server_options(settings),
    )
