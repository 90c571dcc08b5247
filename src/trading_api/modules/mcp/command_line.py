"""The subcommand `trading-api mcp`, which the host of an assistant starts."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from typing import Any
from urllib.parse import urlsplit

from trading_api.errors import ConfigurationError
from trading_api.settings import Settings, local_server_url

URL_VARIABLE = "TRADING_API_URL"
TOKEN_VARIABLE = "TRADING_API_TOKEN"


def add_mcp_command(commands: Any) -> None:
    """Add `mcp` to argparse's subparsers of `trading-api`."""
    command = commands.add_parser(
        "mcp", help="serve the Model Context Protocol on standard input and output"
    )
    command.add_argument(
        "--url", help=f"the running server; by default {URL_VARIABLE}, or HOST and PORT"
    )
    command.set_defaults(run=_bridge)


def _bridge(arguments: argparse.Namespace) -> None:
    """Serve an assistant until standard input ends. Raises ConfigurationError."""
    url = arguments.url or os.environ.get(URL_VARIABLE) or local_server_url(Settings())
    if urlsplit(url).scheme not in ("http", "https"):
        raise ConfigurationError(f"{url} is no http or https address.")
    try:
        from trading_api.modules.mcp.stdio_bridge import bridge
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"trading-api mcp needs the package {error.name}. Install trading-api[mcp]."
        ) from error
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    token = os.environ.get(TOKEN_VARIABLE, "")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    asyncio.run(bridge(f"{url.rstrip('/')}/mcp", headers))
