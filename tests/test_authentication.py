"""With authentication on, REST and WebSocket apply the same policy."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.kit.documents import OPENAPI
from tests.kit.server import WsClient, connected, serving
from tests.kit.signed_tokens import SECRET, bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.auth.tokens import LEEWAY_S, TOKEN_LENGTH_MAX
from trading_api.streaming import session
from trading_api.web.paths import PREFIX

PUBLIC = {"/api/v1/health", "/api/v1/versions", "/api/v1/version"}
ORDER = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1}


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    rest: httpx.AsyncClient


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    app, _ = create_app(secured())
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}{PREFIX}") as rest,
    ):
        yield Server(address, rest)


def _encoded(claims: dict[str, object]) -> str:
    """Return a signed token, without PyJWT's own check of its claims."""
    return jwt.api_jws.encode(json.dumps(claims).encode(), SECRET, algorithm="HS256")


def forged(**changed: object) -> dict[str, str]:
    """Return invalid tokens by their fault."""
    claims = {"sub": "x", "scope": "market:read admin", "exp": int(time.time()) + 60}
    other_key = "another secret of thirty-two bytes"
    other_body = jwt.encode(claims | {"sub": "y"}, SECRET).split(".")[1]
    head, body, signature = jwt.encode(claims, SECRET).split(".")
    return {
        "another key": jwt.encode(claims, other_key),
        "no signature": jwt.encode(claims, "", algorithm="none"),
        "signature cut off": f"{head}.{body}.",
        "another algorithm": jwt.encode(claims, SECRET + SECRET, algorithm="HS512"),
        "another body": f"{head}.{other_body}.{signature}",
        "expired": jwt.encode(claims | {"exp": int(time.time()) - LEEWAY_S - 1}, SECRET),
        "not valid yet": jwt.encode(claims | {"nbf": int(time.time()) + 60}, SECRET),
        "no expiry": jwt.encode({"sub": "x"}, SECRET),
        "a subject with a lone surrogate": jwt.encode(claims | {"sub": "\ud800"}, SECRET),
        "a long subject": jwt.encode(claims | {"sub": "x" * 256}, SECRET),
        "an empty subject": jwt.encode(claims | {"sub": ""}, SECRET),
        "a subject that is no text": _encoded(claims | {"sub": 7}),
        "no subject": jwt.encode({"exp": int(time.time()) + 60}, SECRET),
        "accounts that are none": jwt.encode(claims | {"accounts": "OWN"}, SECRET),
        "an audience": jwt.encode(claims | {"aud": "another service"}, SECRET),
        "no token": "nonsense",
        "long": "x" * (TOKEN_LENGTH_MAX + 1),
    }


@pytest.mark.parametrize("fault", forged())
async def test_an_invalid_token_is_rejected_by_rest_and_websocket(
    server: Server, fault: str
) -> None:
    bad = forged()[fault]
    answer = await server.rest.get("/datafeed/config", headers=bearer(bad))
    assert answer.status_code == 401
    assert answer.json()["code"] in ("token_invalid", "token_missing")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://{server.address}{PREFIX}/ws", additional_headers=bearer(bad))
    assert refused.value.response.status_code == 401
    async with connected(server.address) as client:
        await client.send("auth", {"token": bad})
        code, reason = await client.closed()
        assert code == 1008
        assert reason


@pytest.mark.parametrize(
    "operation",
    [(path, method) for path, methods in OPENAPI["paths"].items() for method in methods],
    ids=lambda operation: f"{operation[1]} {operation[0]}",
)
async def test_every_path_except_the_public_ones_answers_401_without_a_token(
    server: Server, operation: tuple[str, str]
) -> None:
    path, method = operation
    described = OPENAPI["paths"][path][method]
    answer = await server.rest.request(method.upper(), f"http://{server.address}{path}", json={})
    if path in PUBLIC:
        assert answer.status_code == 200
        assert "security" not in described
    else:
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
        assert described["security"]
        assert {"401", "403"} <= described["responses"].keys()


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "/broker/orders", b"{"),
        ("POST", "/broker/orders", b"x" * 100_000),
        ("PATCH", "/broker/orders", b""),
        ("GET", "/broker/nothing", b""),
        ("GET", "/metrics", b""),
        ("GET", "/datafeed/bars?from_time=never", b""),
    ],
)
async def test_authentication_precedes_every_other_check_of_a_request(
    server: Server, method: str, path: str, content: bytes
) -> None:
    root = f"http://{server.address}"
    url = f"{root}{path}" if path == "/metrics" else f"{root}{PREFIX}{path}"
    answer = await server.rest.request(
        method, url, content=content, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/datafeed/config", "market:read"),
        ("GET", "/udf/config", "market:read"),
        ("POST", "/datafeed/clock/advance", "admin"),
        ("GET", "/datafeed/trades?symbol=AAPL", "market:read"),
        ("GET", "/datafeed/replay", "market:read"),
        ("PUT", "/datafeed/replay", "admin"),
        ("POST", "/datafeed/replay/jump", "admin"),
        ("GET", "/broker/orders", "account:read"),
        ("GET", "/broker/accounts", "account:read"),
        ("POST", "/broker/orders", "account:trade"),
        ("PUT", "/broker/accounts/OWN", "account:trade"),
        ("POST", "/broker/accounts/OWN/deposit", "account:trade"),
        ("POST", "/broker/accounts/OWN/withdraw", "account:trade"),
        ("POST", "/broker/accounts/OWN/settle", "admin"),
    ],
)
async def test_each_scope_permits_its_own_paths_only(
    server: Server, method: str, path: str, scope: str
) -> None:
    scopes = {"market:read", "account:read", "account:trade", "admin"}
    without = bearer(token(*scopes - {scope}))
    answer = await server.rest.request(method, path, json=ORDER, headers=without)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    with_it = bearer(token(scope, "market:read"))
    answer = await server.rest.request(method, path, json=ORDER, headers=with_it)
    assert answer.status_code not in (401, 403)


async def test_an_operator_settles_a_position_of_any_account(server: Server) -> None:
    owner = bearer(token("account:read", "account:trade", accounts=("SETTLED",)))
    await server.rest.post("/broker/orders", json=ORDER | {"type": 2}, headers=owner)
    path, body = "/broker/accounts/SETTLED/settle", {"symbol": "NASDAQ:AAPL", "price": 12.5}
    assert (await server.rest.post(path, json=body, headers=owner)).status_code == 403
    operator = bearer(token("admin", accounts=("OTHER",)))
    for _ in range(2):  # the second one is a duplicate
        headers = operator | {"Idempotency-Key": "settle"}
        answer = await server.rest.post(path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["message"]) == (200, "Settled")
    answer = await server.rest.post(path, json=body, headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (404, "position_not_found")
    answer = await server.rest.post(path.replace("SETTLED", "no%20id"), json=body, headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")
    (line,) = (await server.rest.get("/broker/ledger?since=2", headers=owner)).json()
    assert (line["kind"], line["symbol"]) == ("settlement", "AAPL")


async def test_a_foreign_account_is_answered_like_one_that_does_not_exist(
    server: Server,
) -> None:
    """The account FOREIGN belongs to another caller; NOWHERE does not exist."""
    owner = bearer(token(accounts=("FOREIGN",)))
    placed = await server.rest.post("/broker/orders", json=ORDER, headers=owner)
    order_id = placed.json()["orderId"]
    own = bearer(token(accounts=("UNUSED",)))
    attempts = [
        ("GET", "/broker/orders?account_id={}", None),
        ("GET", f"/broker/orders/{order_id}?account_id={{}}", None),
        ("POST", "/broker/orders?account_id={}", ORDER),
        ("DELETE", f"/broker/orders/{order_id}?account_id={{}}", None),
        ("PUT", "/broker/accounts/{}", {"name": "Mine"}),
        ("POST", "/broker/accounts/{}/deposit", {"amount": 5}),
        ("POST", "/broker/accounts/{}/withdraw", {"amount": 5}),
        ("GET", "/broker/events?account_id={}", None),
    ]
    for method, path, body in attempts:
        answers = [
            await server.rest.request(method, path.format(name), json=body, headers=own)
            for name in ("FOREIGN", "NOWHERE")
        ]
        assert answers[0].status_code == answers[1].status_code == 404
        assert answers[0].text == answers[1].text.replace("NOWHERE", "FOREIGN")
    async with connected(server.address, additional_headers=own) as client:
        for route in (
            "orders",
            "positions",
            "executions",
            "notifications",
            "position-pl",
            "equity",
            "account",
            "broker-connection",
        ):
            replies = [
                await client.request(f"{route}.subscribe", {"accountId": name})
                for name in ("FOREIGN", "NOWHERE")
            ]
            assert replies[0]["status"] == "error"
            assert json.dumps(replies[0]) == json.dumps(replies[1]).replace("NOWHERE", "FOREIGN")
            if route in ("orders", "positions", "executions", "notifications"):
                replies = [
                    await client.request(
                        f"{route}.resume",
                        {"topic": f'{route}:{{"accountId":"{name}"}}', "seq": 1},
                    )
                    for name in ("FOREIGN", "NOWHERE")
                ]
                assert replies[0]["status"] == "error"
                assert json.dumps(replies[0]) == json.dumps(replies[1]).replace(
                    "NOWHERE", "FOREIGN"
                )
        await client.subscribe("orders", accountId="UNUSED")
    assert (await server.rest.get(f"/broker/orders/{order_id}", headers=own)).status_code == 404
    listed = (await server.rest.get("/broker/accounts", headers=own)).json()
    assert [account["id"] for account in listed] == ["UNUSED"]


async def test_a_name_does_not_show_which_accounts_of_others_exist(server: Server) -> None:
    owner = bearer(token(accounts=("NAMESAKE",)))
    await server.rest.post("/broker/orders", json=ORDER, headers=owner)
    own = bearer(token(accounts=("NAMER", "Second")))

    async def status(name: str) -> int:
        body = {"name": name}
        return (await server.rest.put("/broker/accounts/NAMER", json=body, headers=own)).status_code

    assert [await status(name) for name in ("NAMESAKE", "namesake", "NOWHERE")] == [200] * 3
    assert [await status(name) for name in ("second", "demo-account")] == [422] * 2


async def test_every_subscriber_of_a_topic_is_authorized_not_only_the_first(server: Server) -> None:
    owner, other = token(accounts=("FOREIGN",)), token()
    async with (
        connected(server.address, additional_headers=bearer(owner)) as first,
        connected(server.address, additional_headers=bearer(other)) as second,
    ):
        await first.subscribe("equity", accountId="FOREIGN")
        reply = await second.request("equity.subscribe", {"accountId": "FOREIGN"})
        assert reply["status"] == "error"


async def test_the_default_account_is_one_of_the_token(server: Server) -> None:
    for accounts, default in ((("B", "A"), "B"), (("A", "DEMO-ACCOUNT"), "DEMO-ACCOUNT")):
        headers = bearer(token(accounts=accounts))
        answer = await server.rest.get("/broker/account", headers=headers)
        assert answer.json()["id"] == default
    answer = await server.rest.get("/broker/account", headers=bearer(token(accounts=())))
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")


async def test_a_token_in_a_subprotocol_is_accepted_and_not_echoed(
    server: Server,
) -> None:
    offered = ["trading-api", f"bearer.{token()}"]
    async with connected(server.address, subprotocols=offered) as client:
        assert client.connection.subprotocol == "trading-api"
        await client.subscribe("orders", accountId="OWN")


async def test_a_token_in_an_auth_message_is_accepted(server: Server) -> None:
    async with connected(server.address) as client:
        reply = await client.request("auth", {"token": token("market:read")})
        assert reply == {"status": "ok", "message": "Authenticated"}
        await client.subscribe("bars", symbol="AAPL", resolution="1")
        reply = await client.request("orders.subscribe", {"accountId": "OWN"})
        assert (reply["status"], "account:read" in reply["message"]) == ("error", True)


async def test_a_message_before_authentication_closes_the_socket(server: Server) -> None:
    async with connected(server.address) as client:
        await client.send("bars.subscribe", {"symbol": "AAPL", "resolution": "1"})
        assert await client.closed() == (1008, "Say who you are first, by a message of type auth")


async def test_a_socket_without_a_token_is_closed_after_the_timeout(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "AUTH_TIMEOUT_S", 0.05)
    async with connected(server.address) as client:
        assert await client.closed() == (1008, "No token came within 0.05 s")


async def test_a_token_in_the_url_is_ignored(server: Server) -> None:
    target = f"/datafeed/config?token={token()}&access_token={token()}"
    assert (await server.rest.get(target)).status_code == 401
    async with connect(f"ws://{server.address}{PREFIX}/ws?token={token()}") as connection:
        client = WsClient(connection)
        await client.send("bars.subscribe", {"symbol": "AAPL", "resolution": "1"})
        assert (await client.closed())[0] == 1008


def expiring(in_s: float) -> int:
    """Return a claim `exp` with which a token, leeway included, expires after this time."""
    return round(time.time() + in_s) - LEEWAY_S


async def test_the_session_ends_when_its_token_expires(server: Server) -> None:
    headers = bearer(token(exp=expiring(1)))
    async with connected(server.address, additional_headers=headers) as client:
        await client.subscribe("bars", symbol="AAPL", resolution="1")
        code, reason = await client.closed()
        assert (code, "expired" in reason) == (1008, True)


async def test_a_fresh_token_extends_the_session_and_removes_topics_it_does_not_grant(
    server: Server,
) -> None:
    headers = bearer(token(accounts=("A", "B"), exp=expiring(1)))
    async with connected(server.address, additional_headers=headers) as client:
        for account in ("A", "B"):
            await client.subscribe("equity", accountId=account)
        fresh = token("account:read", "account:trade", accounts=("B",))
        assert (await client.request("auth", {"token": fresh}))["status"] == "ok"
        reply = await client.request("equity.unsubscribe", {"accountId": "A"})
        assert (reply["status"], reply["message"]) == ("error", "Not subscribed to this topic")
        for bad in (token(sub="somebody else"), "nonsense"):
            assert (await client.request("auth", {"token": bad}))["status"] == "error"
        await asyncio.sleep(1.6)
        assert (await client.request("equity.unsubscribe", {"accountId": "B"}))["status"] == "ok"
