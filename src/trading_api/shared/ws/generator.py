"""Reads `X: TypeAlias = WsRouter[Request, Data]` in a module's `ws.py` and renders the concrete
routers of that module. See WS-ROUTER-GENERATION.md."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel

from trading_api.shared.ws.subscription_model import (
    SubscriptionModelError,
    check_subscription_model,
)


class GenerationError(Exception):
    """`file:line: what is wrong`"""


@dataclass(frozen=True, slots=True)
class RouterAlias:
    name: str
    request: str
    data: str
    line: int


def generate(source: Path, shown_as: str) -> str:
    """The text of `ws_generated/__init__.py` for one `ws.py`. Raises GenerationError."""
    tree = ast.parse(source.read_text(encoding="utf-8"), filename=str(source))
    aliases = list(_aliases(tree, shown_as))
    imports = _imports(tree)
    for alias in aliases:
        _check(alias, imports, shown_as)
    return _formatted(_render(aliases, imports, shown_as))


def _aliases(tree: ast.Module, shown_as: str) -> Iterator[RouterAlias]:
    seen: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.AnnAssign(
                target=ast.Name(id=name),
                annotation=ast.Name(id="TypeAlias"),
                value=ast.Subscript(value=ast.Name(id="WsRouter"), slice=arguments),
            ):
                match arguments:
                    case ast.Tuple(elts=[ast.Name(id=request), ast.Name(id=data)]):
                        pass
                    case _:
                        raise GenerationError(
                            f"{shown_as}:{node.lineno}: {name} has to be WsRouter[Request, Data]"
                        )
                if name in seen:
                    raise GenerationError(f"{shown_as}:{node.lineno}: {name} is there twice")
                seen.add(name)
                yield RouterAlias(name, request, data, node.lineno)


def _imports(tree: ast.Module) -> dict[str, str]:
    """The module that each imported name comes from."""
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
    try:
        check_subscription_model(models[0])
    except SubscriptionModelError as error:
        raise GenerationError(f"{where}: {error}") from error


def _render(aliases: list[RouterAlias], imports: dict[str, str], shown_as: str) -> str:
    names = sorted({name for alias in aliases for name in (alias.request, alias.data)})
    environment = Environment(
        loader=PackageLoader("trading_api.shared.ws"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("ws_routers.py.j2").render(
        source=shown_as,
        aliases=aliases,
        imports={
            module: [name for name in names if imports[name] == module]
            for module in sorted({imports[name] for name in names})
        },
    )


def _formatted(text: str) -> str:
    """As `make format` would leave it, with the configuration of pyproject.toml."""
    black = [sys.executable, "-m", "black", "--quiet", "-"]
    return subprocess.run(black, input=text, capture_output=True, text=True, check=True).stdout
