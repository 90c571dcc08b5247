"""Write the models of the Python client from openapi.json and asyncapi.json.

With --check only report whether they are stale. datamodel-code-generator 0.89 was tried: msgspec
cannot decode the union that it writes for QuoteData, and it reads one document at a time."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any

from generated_python import ROOT, write_or_check_modules

Schema = dict[str, Any]

FOLDER = ROOT / "clients" / "python" / "src" / "trading_api_client" / "models"
HEADER = '''"""{title}

Generated from openapi.json and asyncapi.json by `make generate-python-client`."""'''
TITLES = {
    "enums": "The enumerations of the wire.",
    "market": "Market data.",
    "orders": "Orders, positions and executions.",
    "performance": "The performance of accounts.",
    "account": "The money and the state of accounts, and price alerts.",
    "server": "The server itself.",
}
FOLDERS = {
    "/api/v1/datafeed": "market",
    "/api/v1/broker/orders": "orders",
    "/api/v1/broker/positions": "orders",
    "/api/v1/broker/executions": "orders",
    "/api/v1/broker/performance": "performance",
    "/api/v1/broker": "account",
    "/api/v1/alerts": "account",
    "/api/v1/admin": "server",
    "/api/v1/health": "server",
    "/api/v1/version": "server",
}
"""The module of each path's schemas. UDF is for front ends that poll, so it has none."""
ANNOTATIONS = {"default", "description", "examples", "title"}
SCALARS = {"boolean": "bool", "integer": "int", "null": "None", "number": "float", "string": "str"}


@dataclass
class Document:
    """The schemas of both documents, and the module in which each is written."""

    schemas: dict[str, Schema] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)

    def add_schemas(self, schemas: dict[str, Schema]) -> None:
        for name, schema in schemas.items():
            known = self.schemas.setdefault(name, schema)
            assert _shape(known) == _shape(schema), f"{name} differs between the documents"

    def assign(self, module: str, part: Any) -> None:
        """Assign the schemas that a part of a document refers to, unless they have a module."""
        for name in _references(part):
            if name not in self.modules:
                self.modules[name] = "enums" if "enum" in self.schemas[name] else module
                self.assign(module, self.schemas[name])


def read_document() -> Document:
    """Read the schemas of REST and of the updates of the socket."""
    document = Document()
    rest, socket = (
        json.loads((ROOT / name).read_text(encoding="utf-8"))
        for name in ("openapi.json", "asyncapi.json")
    )
    document.add_schemas(rest["components"]["schemas"])
    document.add_schemas(socket["components"]["schemas"])
    for module in ("market", "orders", "performance", "account", "server"):
        for path, operations in rest["paths"].items():
            if any(path.startswith(start) and FOLDERS[start] == module for start in FOLDERS):
                document.assign(module, operations)
        if module in ("orders", "performance"):
            continue
        for name, message in socket["components"]["messages"].items():
            if name.endswith(".update") and (message["tags"][0]["name"] == "datafeed") == (
                module == "market"
            ):
                update = message["payload"]["properties"]["payload"]
                (envelope,) = _references(update)
                document.assign(module, document.schemas[envelope]["properties"]["payload"])
    return document


def write_module(document: Document, module: str) -> str:
    """Return the text of one module."""
    names = sorted(name for name, each in document.modules.items() if each == module)
    classes = [_class(document, name) for name in _by_dependency(document, names)]
    lines = [HEADER.format(title=TITLES[module])]
    if module != "enums":
        lines.append("from __future__ import annotations")
    body = "\n\n\n".join(classes)
    lines += _imports(document, module, names, body)
    return "\n".join([*lines, "", "", body, ""])


def write_init(document: Document) -> str:
    """Return the text of the package, which exports all names."""
    lines = [HEADER.format(title="The objects of the wire, with the wire's names.")]
    names: list[str] = ["Model"]
    lines.append("from trading_api_client.models.base import Model")
    for module in sorted(TITLES):
        own = sorted(name for name, each in document.modules.items() if each == module)
        lines.append(f"from trading_api_client.models.{module} import {', '.join(own)}")
        names += own
    exported = ", ".join(json.dumps(name) for name in sorted(names))
    return "\n".join([*lines, f"__all__ = [{exported}]", ""])


def _imports(document: Document, module: str, names: list[str], body: str) -> Iterator[str]:
    if "Any" in body and "if TYPE_CHECKING" in body:
        yield "from typing import TYPE_CHECKING, Any, Literal"
    elif module != "enums":
        yield "from typing import Any, Literal"
    bases = ("IntegerEnum, TextEnum",) if module == "enums" else ("Model, convert_alternative",)
    yield f"from trading_api_client.models.base import {bases[0]}"
    used = {each for name in names for each in _references(document.schemas[name])}
    for other in sorted(TITLES):
        wanted = sorted(each for each in used if document.modules[each] == other)
        if other != module and wanted:
            yield f"from trading_api_client.models.{other} import {', '.join(wanted)}"


def _by_dependency(document: Document, names: list[str]) -> list[str]:
    """Return the names, each after those that it refers to."""
    ordered: dict[str, None] = {}

    def add(name: str) -> None:
        for other in sorted(_references(document.schemas[name])):
            if other in names and other not in ordered:
                add(other)
        ordered[name] = None

    for name in names:
        if name not in ordered:
            add(name)
    return list(ordered)


def _class(document: Document, name: str) -> str:
    schema = document.schemas[name]
    description = schema.get("description", "").strip()
    body = [f'"""{description}"""\n'] if description else []
    if "enum" in schema:
        base = "IntegerEnum" if schema["type"] == "integer" else "TextEnum"
        members = zip(schema["x-enum-varnames"], schema["enum"], strict=True)
        body += [f"{member} = {json.dumps(value)}" for member, value in members]
        return f"class {name}({base}):\n" + indent("\n".join(body), "    ")
    required = schema.get("required", [])
    conversions: list[str] = []
    aliases = ""
    for key, value in schema.get("properties", {}).items():
        if key in required and value.get("anyOf") and _objects(document, value):
            types = _objects(document, value)
            alias = f"{name}{key.capitalize()}"
            aliases = (
                f"if TYPE_CHECKING:\n    {alias} = {' | '.join(types)}\n"
                "else:  # msgspec decodes no union of structs without tags\n"
                f"    {alias} = Any\n\n\n"
            )
            body.append(f"{key}: {alias}")
            conversions.append(f'convert_alternative(self, "{key}", {", ".join(types)})')
        else:
            body.append(_field(document, key, value, key in required))
    if conversions:
        body += ["\ndef __post_init__(self) -> None:", *(f"    {each}" for each in conversions)]
    text = indent("\n".join(body or ["..."]), "    ")
    return f"{aliases}class {name}(Model, frozen=True, kw_only=True):\n{text}"


def _objects(document: Document, value: Schema) -> list[str]:
    """Return the objects of a union of two or more, else nothing."""
    names = [each["$ref"].rpartition("/")[2] for each in value["anyOf"] if "$ref" in each]
    structs = [name for name in names if "enum" not in document.schemas[name]]
    return structs if len(structs) > 1 else []


def _field(document: Document, key: str, value: Schema, is_required: bool) -> str:
    type_ = _type(value)
    if is_required:
        return f"{key}: {type_}"
    default = value.get("default")
    if default is None and "None" not in type_.split(" | "):
        type_ += " | None"
    enumeration = document.schemas.get(type_, {})
    if default in enumeration.get("enum", []):
        index = enumeration["enum"].index(default)
        return f"{key}: {type_} = {type_}.{enumeration['x-enum-varnames'][index]}"
    return f"{key}: {type_} = {default!r}"


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        types = dict.fromkeys(_type(each) for each in schema["anyOf"])
        return " | ".join(types)
    if "const" in schema or ("enum" in schema and schema["type"] == "string"):
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(repr(value) for value in values)}]"
    if schema.get("x-enum-varnames") == ["BUY", "SELL"]:
        return "Side"
    if schema["type"] == "array":
        return f"list[{_type(schema['items'])}]"
    if schema["type"] == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {_type(values) if isinstance(values, dict) else 'Any'}]"
    return SCALARS[schema["type"]]


def _references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"].rpartition("/")[2]} if isinstance(part.get("$ref"), str) else set()
        if part.get("x-enum-varnames") == ["BUY", "SELL"] and part.get("title") != "Side":
            own.add("Side")
        return own.union(*map(_references, part.values()))
    if isinstance(part, list):
        return set().union(*map(_references, part))
    return set()


def _shape(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _shape(value) for key, value in part.items() if key not in ANNOTATIONS}
    return [_shape(each) for each in part] if isinstance(part, list) else part


def main() -> int:
    document = read_document()
    texts = {f"{module}.py": write_module(document, module) for module in TITLES}
    texts["__init__.py"] = write_init(document)
    return write_or_check_modules(FOLDER, texts, "make generate-python-client")


if __name__ == "__main__":
    sys.exit(main())
