"""deploy/nginx/trading-api.conf serves the application over TLS at a sub-path."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect

from tests.deploy.certificate import write_certificate
from tests.deploy.deployed_files import DEPLOY
from tests.kit.server import TIMEOUT_S, WsClient, serving
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.settings import Settings

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
HOST = {"Host": "trading.example"}
CLIENT = "127.0.0.44"
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def _deployed_configuration(folder: Path) -> str:
    """Return the configuration with the certificate in `folder`, and http at `folder`/http."""
    text = (DEPLOY / "nginx" / "trading-api.conf").read_text(encoding="utf-8")
    text = re.sub(r" *listen \[::\].*\n", "", text).replace(
        "listen 80", f"listen unix:{folder}/http"
    )
    return text.replace("/etc/ssl/trading.example.pem", f"{folder}/certificate.pem").replace(
        "/etc/ssl/trading.example.key", f"{folder}/key.pem"
    )


@asynccontextmanager
async def proxied(app: FastAPI, server: str) -> AsyncIterator[str]:
    """Serve the application behind nginx, and yield the address of nginx."""
    assert NGINX is not None
    folder = Path.cwd()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    async with serving(app) as backend:
        server = server.replace("listen 443", f"listen 127.0.0.1:{port}")
        server = server.replace("127.0.0.1:8000", backend)
        paths = "".join(
            f"{name}_temp_path {folder}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {folder}/pid; error_log stderr;\n"
            f"events {{}}\nhttp {{ access_log off;\n{paths}{server} }}\n",
            encoding="utf-8",
        )
        process = subprocess.Popen(
            [NGINX, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"], stderr=subprocess.PIPE
        )
        try:
            async with asyncio.timeout(TIMEOUT_S):
                while not await _listens(port):
                    assert process.poll() is None, process.communicate()[1]
                    await asyncio.sleep(0.01)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def test_the_configuration_serves_pages_rest_and_sockets_over_tls(tmp_path: Path) -> None:
    context = write_certificate(tmp_path, "trading.example")
    app, _ = create_app(secured(root_path="/trading", allowed_hosts="trading.example"))
    async with (
        proxied(app, _deployed_configuration(tmp_path)) as address,
        httpx.AsyncClient(
            base_url=f"https://{address}",
            headers=HOST,
            transport=httpx.AsyncHTTPTransport(local_address=CLIENT, verify=context),
        ) as rest,
        httpx.AsyncClient(
            base_url="http://trading.example",
            transport=httpx.AsyncHTTPTransport(uds=f"{tmp_path}/http"),
        ) as unencrypted,
    ):
        answer = await unencrypted.get("/trading/?symbol=AAPL")
        assert (answer.status_code, answer.headers["Location"]) == (
            301,
            "https://trading.example/trading/?symbol=AAPL",
        )
        redirect = await rest.get("/trading")
        assert (redirect.status_code, redirect.headers["Location"]) == (
            301,
            "https://trading.example/trading/",
        )
        assert "Strict-Transport-Security" in (await rest.get("/trading/")).headers
        for page in ("/trading/", "/trading/api/v1/docs"):
            links = re.findall(r'(?:href|src)="([^"]+)"', (await rest.get(page)).text)
            assert links
            for link in links:
                assert (await rest.get(urljoin(page, link))).status_code == 200, link
        document = await rest.get("/trading/api/v1/openapi.json")
        assert document.headers["Content-Encoding"] == "gzip"
        assert document.json()["servers"] == [{"url": "/trading"}]
        assert (await rest.get("/trading/api/v1/ws/asyncapi")).status_code == 200
        assert (await rest.get("/api/v1/health")).status_code == 404, "nginx's own"
        headers = bearer(token()) | {"X-Forwarded-For": "192.0.2.7"}
        async with connect(
            "wss://trading.example/trading/api/v1/ws",
            additional_headers=headers,
            ssl=context,
            sock=_connection(address),
        ) as connection:
            client = WsClient(connection)
            await client.subscribe("bars", symbol="AAPL", resolution="1")
            answer = await rest.get("/trading/api/v1/admin/connections", headers=headers)
            (listed,) = answer.json()
            assert listed["address"] == CLIENT, "not what the client claims to be"


def _connection(address: str) -> socket.socket:
    host, port = address.split(":")
    return socket.create_connection((host, int(port)), source_address=(CLIENT, 0))


async def test_nginx_without_its_headers_is_refused_while_authentication_is_off() -> None:
    app, _ = create_app(Settings.defaults())
    bare = "server { listen 443; location / { proxy_pass http://127.0.0.1:8000; } }"
    header = "proxy_set_header X-Forwarded-For $arg_from;"
    forwarding = bare.replace("location / {", f"location / {{ {header}")
    async with (
        proxied(app, bare) as address,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
    ):
        answer = await rest.get("/broker/orders")
        assert (answer.status_code, answer.json()["code"]) == (403, "client_address_missing")
    app, _ = create_app(Settings.defaults())
    async with (
        proxied(app, forwarding) as address,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
    ):
        assert (await rest.get("/broker/orders?from=127.0.0.1")).status_code == 200
        assert (await rest.get("/broker/orders?from=192.0.2.7")).status_code == 403


def test_nginx_accepts_the_configuration_for_several_gateways(tmp_path: Path) -> None:
    assert NGINX is not None
    write_certificate(tmp_path)
    text = (DEPLOY / "nginx" / "scale.conf").read_text(encoding="utf-8")
    text = text.replace("/etc/nginx/certificates", str(tmp_path))
    # Debian's nginx is too old for `resolve`, and asks for the name before it starts.
    text = text.replace("gateway:8000 resolve", "127.0.0.1:8000")
    (tmp_path / "nginx.conf").write_text(f"events {{}}\nhttp {{ {text} }}\n", encoding="utf-8")
    command = [NGINX, "-t", "-p", str(tmp_path), "-c", "nginx.conf", "-e", "stderr"]
    command += ["-g", f"pid {tmp_path}/pid;"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
