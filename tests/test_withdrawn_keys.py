"""A socket ends when the key of its token is withdrawn."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from jwt.algorithms import get_default_algorithms

from tests.kit.server import connected, serving
from tests.kit.signed_tokens import bearer
from trading_api.app_factory import create_app
from trading_api.auth import key_provider
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

KEYS = {name: ed25519.Ed25519PrivateKey.generate() for name in ("old", "new")}


def _write(path: Path, *names: str) -> None:
    algorithm = get_default_algorithms()["EdDSA"]
    keys: list[dict[str, Any]] = [
        json.loads(algorithm.to_jwk(KEYS[name].public_key())) | {"kid": name} for name in names
    ]
    path.write_text(json.dumps({"keys": keys}), encoding="utf-8")


def _token(name: str) -> str:
    claims = {"sub": "ann", "scope": "market:read admin", "exp": int(time.time()) + 60}
    return jwt.encode(claims, KEYS[name], algorithm="EdDSA", headers={"kid": name})


async def test_a_socket_is_closed_when_the_key_of_its_token_is_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.json"
    _write(path, "old", "new")
    monkeypatch.setattr(key_provider, "LIFESPAN_S", 0.01)
    defaults = Settings.defaults().model_dump()
    settings = Settings.model_validate(defaults | {"auth_mode": "jwks", "auth_jwks": str(path)})
    app, _ = create_app(settings)
    async with (
        serving(app) as address,
        connected(address, additional_headers=bearer(_token("old"))) as old,
        connected(address) as old_by_message,
        connected(address, additional_headers=bearer(_token("new"))) as new,
        httpx.AsyncClient(base_url=f"http://{address}", headers=bearer(_token("new"))) as rest,
    ):
        assert (await old_by_message.request("auth", {"token": _token("old")}))["status"] == "ok"
        _write(path, "new")
        for client in (old, old_by_message):
            code, reason = await client.closed()
            assert (code, "connect again with a fresh token" in reason) == (1008, True)
        await new.subscribe("bars", symbol="AAPL", resolution="1")
        for subject in (await rest.get(f"{PREFIX}/admin/connections")).json():
            assert subject["subject"] == "ann"
        assert "trading_keys_age_seconds" in (await rest.get("/metrics")).text
        path.write_text("no JSON", encoding="utf-8")
        await new.subscribe("bars", symbol="AAPL", resolution="5")
