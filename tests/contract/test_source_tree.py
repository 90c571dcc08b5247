"""Rules for the source tree that no linter checks."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

from tests.kit.long_files import LONG_FILES

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "trading_api"
LINES_MAX = 400
CREATE_APP_LINES_MAX = 60
ROUTER_LINES_MAX = 30


def python_files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_source_file_is_longer_than_400_lines() -> None:
    folders = ("clients", "tests", "benchmarks", "scripts")
    files = python_files(PACKAGE, *(ROOT / folder for folder in folders))
    for folder in ("src", "tests", "browser", "figures", "tools"):
        for path in (ROOT / "frontend").glob(f"[ap]*s/*/{folder}"):  # apps and packages
            files += [each for each in path.rglob("*.ts*") if "generated" not in each.parts]
    long = {str(path.relative_to(ROOT)): line_count(path) for path in files}
    assert {name: count for name, count in long.items() if count > LINES_MAX} == {}


def test_every_long_file_of_tests_exists() -> None:
    assert [path for path in LONG_FILES if not (ROOT / path).is_file()] == []


def test_no_public_class_name_stands_twice() -> None:
    """Wire models may share a name with a value of the domain."""
    names: Counter[str] = Counter()
    for path in python_files(PACKAGE):
        if {"tests", "models", "ws_generated"} & set(path.parts):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names.update(node.name for node in tree.body if isinstance(node, ast.ClassDef))
    assert [n for n, count in names.items() if count > 1 and not n.startswith("_")] == []


def test_create_app_and_the_generated_routers_are_short() -> None:
    tree = ast.parse((PACKAGE / "app_factory.py").read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    (create_app,) = (node for node in functions if node.name == "create_app")
    assert create_app.end_lineno is not None
    assert create_app.end_lineno - create_app.lineno < CREATE_APP_LINES_MAX
    routers = list(PACKAGE.glob("modules/*/ws_generated/*_ws_router.py"))
    assert routers
    assert [path.name for path in routers if line_count(path) >= ROUTER_LINES_MAX] == []


def test_the_architecture_names_files_and_functions_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    cited = re.findall(
        r"\| `((?:modules|relay|streaming|server|web)/[\w/]+\.py)`: `([\w.]+)`", text
    )
    assert len(cited) == 8 + 14 + 4 + 2
    for name, function in cited:
        source = (PACKAGE / name).read_text(encoding="utf-8")
        last = function.rpartition(".")[2]
        assert re.search(rf"\b(def|class) {last}\b", source), f"{name}: {function}"
