"""Generates a module's typed routers from the aliases `X: TypeAlias = WsRouter[Request, Data]` and
`Y: TypeAlias = WsCommandRouter[Payload, Reply]` in its `ws.py`. See WS-ROUTER-GENERATION.md."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel

from trading_api.models.ws import CommandPayload, CommandReply
from trading_api.shared.ws.subscription_model import (
    SubscriptionModelError,
    check_subscription_model,
)

FOLDER = "ws_generated"
TEMPLATES = {"WsRouter": "ws_router.py.j2", "WsCommandRouter": "ws_command_router.py.j2"}
"""The template for each generic class that an alias can name."""


class GenerationError(Exception):
    """A fault in a `ws.py`, as `file:line: what is wrong`."""


@dataclass(frozen=True, slots=True)
class RouterAlias:
    """`name: TypeAlias = base[request, data]`, where a command's data is its reply."""

    name: str
    base: str
    request: str
    data: str
    line: int

    @property
    def module(self) -> str:
        """The name of the generated module: `BarWsRouter` becomes `bar_ws_router`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.name).lower()


def generate(source: Path, shown_as: str) -> dict[str, str]:
    """Return the files of `ws_generated/` for one `ws.py`, by name: one for each router, and
    `__init__.py`. Raises GenerationError."""
    tree = ast.parse(source.read_text(encoding="utf-8"), filename=str(source))
    aliases = list(_aliases(tree, shown_as))
    imports = _imports(tree)
    for alias in aliases:
        _check(alias, imports, shown_as)
    package = f"trading_api.modules.{source.parent.name}.{FOLDER}"
    return _formatted(_render(aliases, imports, shown_as, package))


def stale_files(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Return the paths in a `ws_generated/` that differ from these files, are missing, or are not
    generated any more."""
    paths = {folder / name for name in files} | set(folder.glob("*.py"))
    return sorted(path for path in paths if _text(path) != files.get(path.name))


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Make a `ws_generated/` hold exactly these files."""
    folder.mkdir(exist_ok=True)
    for path in stale_files(folder, files):
        if path.name in files:
            path.write_text(files[path.name], encoding="utf-8")
        else:
            path.unlink()


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _aliases(tree: ast.Module, shown_as: str) -> Iterator[RouterAlias]:
    seen: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.AnnAssign(
                target=ast.Name(id=name),
                annotation=ast.Name(id="TypeAlias"),
                value=ast.Subscript(value=ast.Name(id=base), slice=arguments),
            ) if (
                base in TEMPLATES
            ):
                match arguments:
                    case ast.Tuple(elts=[ast.Name(id=request), ast.Name(id=data)]):
                        pass
                    case _:
                        raise GenerationError(
                            f"{shown_as}:{node.lineno}: {name} has to be {base}[Request, Data]"
                        )
                if name in seen:
                    raise GenerationError(f"{shown_as}:{node.lineno}: {name} is there twice")
                seen.add(name)
                yield RouterAlias(name, base, request, data, node.lineno)


def _imports(tree: ast.Module) -> dict[str, str]:
    """Return the module that each imported name comes from."""
    return {
        name.asname or name.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
        for name in node.names
    }


def _check(alias: RouterAlias, imports: dict[str, str], shown_as: str) -> None:
    where = f"{shown_as}:{alias.line}: {alias.name}"
    models: list[type[BaseModel]] = []
    for name in (alias.request, alias.data):
        module = imports.get(name, "")
        if not module.startswith("trading_api.models"):
            raise GenerationError(f"{where}: {name} is not imported from trading_api.models")
        model = getattr(importlib.import_module(module), name, None)
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise GenerationError(f"{where}: {module} has no model {name}")
        models.append(model)
    if alias.base == "WsCommandRouter":
        _check_command(models, where)
        return
    try:
        check_subscription_model(models[0])
    except SubscriptionModelError as error:
        raise GenerationError(f"{where}: {error}") from error


def _check_command(models: list[type[BaseModel]], where: str) -> None:
    for model, base in zip(models, (CommandPayload, CommandReply), strict=True):
        if not issubclass(model, base):
            raise GenerationError(f"{where}: {model.__name__} is no {base.__name__}")


def _render(
    aliases: list[RouterAlias], imports: dict[str, str], shown_as: str, package: str
) -> dict[str, str]:
    environment = Environment(
        loader=PackageLoader("trading_api.shared.ws"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    aliases = sorted(aliases, key=lambda alias: alias.module)
    index = environment.get_template("ws_generated.py.j2")
    files = {"__init__.py": index.render(source=shown_as, package=package, aliases=aliases)}
    for alias in aliases:
        models: dict[str, list[str]] = {}
        for name in sorted({alias.request, alias.data}):
            models.setdefault(imports[name], []).append(name)
        template = environment.get_template(TEMPLATES[alias.base])
        text = template.render(source=shown_as, alias=alias, imports=dict(sorted(models.items())))
        files[f"{alias.module}.py"] = text
    return files


def _formatted(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files as `make format` leaves them, by the configuration in pyproject.toml."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        black = [sys.executable, "-m", "black", "--quiet", "--config", "pyproject.toml", name]
        subprocess.run(black, check=True)
        return {file: (folder / file).read_text(encoding="utf-8") for file in files}
