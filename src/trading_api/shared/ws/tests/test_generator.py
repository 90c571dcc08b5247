import sys
from pathlib import Path

import pytest

from trading_api.shared.ws import generator
from trading_api.shared.ws.generator import GenerationError, generate

GOOD = """
from typing import TypeAlias
from trading_api.models.market import Bar, BarsSubscriptionRequest
from trading_api.shared.ws.generic_route import WsRouter

ThingWsRouter: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]
"""


def generated(tmp_path: Path, text: str) -> str:
    source = tmp_path / "ws.py"
    source.write_text(text, encoding="utf-8")
    return generate(source, "modules/thing/ws.py")


def test_an_alias_becomes_a_class_with_typed_handlers(tmp_path: Path) -> None:
    text = generated(tmp_path, GOOD)
    assert "modules/thing/ws.py" in text.splitlines()[0]
    assert "make generate-ws-routers" in text.splitlines()[0]
    assert "class ThingWsRouter(WsRouter[BarsSubscriptionRequest, Bar]):" in text
    assert "payload: BarsSubscriptionRequest, client: Session" in text


def test_what_is_generated_stays_as_it_is_when_formatted(tmp_path: Path) -> None:
    text = generated(tmp_path, GOOD)
    assert generator._formatted(text) == text


def test_the_module_is_read_not_imported(tmp_path: Path) -> None:
    text = generated(tmp_path, GOOD + "\nraise SystemExit('imported')\n")
    assert "ThingWsRouter" in text


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("ThingWsRouter: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]", "is there twice"),
        ("B: TypeAlias = WsRouter[BarsSubscriptionRequest]", "has to be WsRouter[Request, Data]"),
        ("B: TypeAlias = WsRouter[Missing, Bar]", "Missing is not imported from"),
        ("B: TypeAlias = WsRouter[BarsSubscriptionRequest, Path]", "Path is not imported from"),
        ("B: TypeAlias = WsRouter[Gone, Bar]", "trading_api.models.market has no model Gone"),
        ("B: TypeAlias = WsRouter[Optional_, Bar]", "Optional_.count is optional"),
        ("B: TypeAlias = WsRouter[Floating, Bar]", "Floating.price is <class 'float'>"),
    ],
)
def test_a_faulty_alias_is_named_with_file_and_line(
    tmp_path: Path, line: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "trading_api.models.faulty", sys.modules[__name__])
    text = GOOD.replace("ThingWsRouter:", "from pathlib import Path\nThingWsRouter:")
    text = text.replace("import Bar, Bars", "import Bar, Gone, Bars")
    text = "from trading_api.models.faulty import Optional_, Floating\n" + text + line + "\n"
    with pytest.raises(GenerationError) as error:
        generated(tmp_path, text)
    assert str(error.value).startswith("modules/thing/ws.py:9: ")
    assert fault in str(error.value)


from pydantic import BaseModel  # noqa: E402, the models that the faulty aliases name


class Optional_(BaseModel):
    count: int = 0


class Floating(BaseModel):
    price: float
