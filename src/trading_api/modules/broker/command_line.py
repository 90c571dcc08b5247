"""The subcommands of `trading-api broker` that ask the running server."""

from __future__ import annotations

import argparse
import json
import os
import time
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from trading_api.auth.principal import Scope
from trading_api.auth.tokens import issue_token, signing_secret
from trading_api.errors import ConfigurationError
from trading_api.settings import Settings, local_server_url

TOKEN_VARIABLE = "TRADING_API_TOKEN"
TIMEOUT_S = 30.0


def add_broker_commands(commands: Any) -> None:
    """Add `halt` and `resume` to argparse's subparsers of `broker`."""
    for name, is_on, summary in (
        ("halt", True, "cancel every order of an account and refuse new ones"),
        ("resume", False, "let an account trade again"),
    ):
        command = commands.add_parser(name, help=f"{summary}; the server must run")
        command.add_argument("--account", help="LIVE_ACCOUNT_ID, or DEFAULT_ACCOUNT_ID without one")
        command.add_argument("--reason", default="", help="is stored with the event")
        command.add_argument("--url", help="of the server; the default is that of HOST and PORT")
        command.set_defaults(run=_set_kill_switch, is_on=is_on)


def _set_kill_switch(arguments: argparse.Namespace) -> int:
    """Set the switch by REST. Raises ConfigurationError."""
    settings = Settings()
    account_id = arguments.account or settings.live_account_id or settings.default_account_id
    url = arguments.url.rstrip("/") if arguments.url else local_server_url(settings)
    if urlsplit(url).scheme not in ("http", "https"):
        raise ConfigurationError(f"--url {url} is no http or https address.")
    request = Request(
        f"{url}/api/v1/broker/kill-switch?account_id={quote(account_id, safe='')}",
        data=json.dumps({"on": arguments.is_on, "reason": arguments.reason}).encode(),
        headers={"Content-Type": "application/json", **_authorization(settings, account_id)},
        method="PUT",
    )
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:
            result = json.load(answer)
    except HTTPError as error:
        print(f"{account_id} is unchanged: {_detail(error)}")
        return 1
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        print(
            f"{url} does not answer ({reason}), so it is unknown whether {account_id} changed. "
            "Orders at a venue stay there while the server is down: cancel them at the venue."
        )
        return 1
    if not arguments.is_on:
        print(f"{account_id} trades again.")
        return 0
    canceled = result["canceled"]
    orders = f"canceling {', '.join(canceled)}" if canceled else "no order was live"
    print(f"{account_id} is halted; {orders}. Positions stay open.")
    return 0


def _authorization(settings: Settings, account_id: str) -> dict[str, str]:
    """Return the header with the token of TRADING_API_TOKEN, or with one that AUTH_SECRET signs."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token and settings.auth_mode == "secret":
        now_s = int(time.time())
        claims: dict[str, Any] = {
            "sub": "trading-api broker",
            "scope": f"{Scope.ACCOUNT_TRADE} {Scope.ACCOUNT_LIVE}",
            "accounts": [account_id],
            "iat": now_s,
            "exp": now_s + 60,
        }
        if settings.auth_audience:
            claims["aud"] = settings.auth_audience
        if settings.auth_issuer:
            claims["iss"] = settings.auth_issuer
        token = issue_token(signing_secret(settings), claims)
    if not token and settings.auth_mode == "jwks":
        raise ConfigurationError(
            f"AUTH_MODE=jwks needs {TOKEN_VARIABLE}, a token with the scopes account:trade and "
            "account:live and the account."
        )
    return {"Authorization": f"Bearer {token}"} if token else {}


def _detail(error: HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {error.code}."
