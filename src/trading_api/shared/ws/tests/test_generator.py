import sys
from pathlib import Path

import pytest

from trading_api.shared.ws import generator
from trading_api.shared.ws.generator import GenerationError, generate, stale_files, write_files

GOOD = """
from typing import TypeAlias
from trading_api.models.market import Bar, BarsSubscriptionRequest
from trading_api.shared.ws.generic_route import WsRouter

ThingWsRouter: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]
"""


def generated(tmp_path: Path, text: str) -> dict[str, str]:
    source = tmp_path / "ws.py"
    source.write_text(text, encoding="utf-8")
    return generate(source, "modules/thing/ws.py")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is generated of two aliases in a module that cannot be imported."""
    second = "OtherThingWsRouter: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]\n"
    text = GOOD + second + "\nraise SystemExit('imported')\n"
    return generated(tmp_path_factory.mktemp("aliases"), text)


def test_an_alias_becomes_a_class_with_typed_handlers(files: dict[str, str]) -> None:
    text = files["thing_ws_router.py"]
    assert "modules/thing/ws.py" in text.splitlines()[0]
    assert "make generate-ws-routers" in text.splitlines()[0]
    assert "class ThingWsRouter(WsRouter[BarsSubscriptionRequest, Bar]):" in text
    assert "payload: BarsSubscriptionRequest, client: Session" in text


def test_the_package_exports_every_router(files: dict[str, str]) -> None:
    assert list(files) == ["__init__.py", "other_thing_ws_router.py", "thing_ws_router.py"]
    text = files["__init__.py"]
    exports: dict[str, list[str]] = {}
    exec(text[text.index("__all__") :], exports)
    assert exports["__all__"] == ["OtherThingWsRouter", "ThingWsRouter"]
    assert ".ws_generated.other_thing_ws_router import" in text


def test_what_is_generated_stays_as_it_is_when_formatted(files: dict[str, str]) -> None:
    assert generator._formatted(files) == files


def test_files_that_differ_or_are_missing_or_left_over_are_stale(tmp_path: Path) -> None:
    folder, files = tmp_path / "ws_generated", {"__init__.py": "", "a.py": "a", "b.py": "b"}
    assert stale_files(folder, files) == [folder / name for name in files]
    write_files(folder, files)
    assert stale_files(folder, files) == []
    (folder / "a.py").write_text("edited")
    (folder / "b.py").unlink()
    (folder / "removed_ws_router.py").write_text("left over")
    stale = [path.name for path in stale_files(folder, files)]
    assert stale == ["a.py", "b.py", "removed_ws_router.py"]
    write_files(folder, files)
    assert stale_files(folder, files) == []
    assert sorted(path.name for path in folder.iterdir()) == sorted(files)


def test_the_routers_that_ship_are_short_and_current() -> None:
    sources = list(Path("src/trading_api/modules").glob("*/ws.py"))
    assert sources
    for source in sources:
        files = generate(source, source.as_posix())
        assert stale_files(source.parent / "ws_generated", files) == []
        for name, text in files.items():
            assert name == "__init__.py" or len(text.splitlines()) < 30, name


def test_the_module_is_read_not_imported(files: dict[str, str]) -> None:
    assert "thing_ws_router.py" in files


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
