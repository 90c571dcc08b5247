"""The examples and tables of README.md are correct."""

import json
import re
from pathlib import Path

import httpx

from tests.kit.server import connected, serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(?:json|sh)\n(.*?)```", README, re.DOTALL)


async def test_the_example_messages_work() -> None:
    _, messages, command, shown = BLOCKS
    api_app, _ = create_app(Settings.defaults())
    async with (
        serving(api_app) as address,
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}") as rest,
    ):
        for line in messages.splitlines():
            message = json.loads(line)
            assert (await client.request(**message))["status"] == "ok"
        path = re.search(r"8000(\S+)", command)
        body = re.search(r"'(\{.*\})'", command)
        assert path is not None
        assert body is not None
        assert (await rest.post(path[1], json=json.loads(body[1]))).status_code == 200
        heard = await client.update("executions")
        expected = json.loads(shown)
        assert heard["payload"].keys() == expected["payload"].keys()
        assert heard["payload"]["topic"] == expected["payload"]["topic"]
        assert heard["payload"]["payload"].keys() == expected["payload"]["payload"].keys()


def test_every_setting_is_documented() -> None:
    named = set(re.findall(r"`([A-Z_]+)`", README))
    assert {name.upper() for name in Settings.model_fields} <= named


def test_the_introduction_fits_on_a_screen() -> None:
    before = README.partition("\n|")[0].splitlines()
    assert len(before) <= 55
