"""The AsyncAPI document as a page, which can be read without scripts and without the internet.

Its scripts, in `assets/`, add a search, and send messages over a WebSocket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

_PAGE_POLICY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}
_templates = Environment(
    loader=PackageLoader("trading_api.shared.plugins"),
    autoescape=select_autoescape(["html", "j2"]),
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class OperationDescription:
    """A message that clients send, with its reply, or an update that the server sends."""

    name: str
    is_sent: bool
    message: dict[str, Any]
    reply: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class RouteDescription:
    """The operations whose names begin with the name of the route."""

    name: str
    operations: list[OperationDescription] = field(default_factory=list)


def asyncapi_page(document: dict[str, Any], requires_token: bool) -> HTMLResponse:
    """Return the page of a document. It has a field for a token if the server requires one."""
    ((path, channel),) = document["channels"].items()
    page = _templates.get_template("asyncapi.html.j2").render(
        document=document,
        path=path,
        modules=_routes_by_module(document["components"]["messages"], channel),
        requires_token=requires_token,
    )
    return HTMLResponse(page, headers=_PAGE_POLICY)


def _routes_by_module(
    messages: dict[str, Any], channel: dict[str, Any]
) -> dict[str, dict[str, RouteDescription]]:
    """Return the routes of each module by their names, in the order of the document."""
    modules: dict[str, dict[str, RouteDescription]] = {}
    for operation in _operations(messages, channel):
        tags = operation.message["tags"]
        routes = modules.setdefault(tags[0]["name"] if tags else "connection", {})
        name = operation.name.partition(".")[0]
        routes.setdefault(name, RouteDescription(name)).operations.append(operation)
    return modules


def _operations(
    messages: dict[str, Any], channel: dict[str, Any]
) -> Iterator[OperationDescription]:
    sent = {_component_name(each) for each in channel["publish"]["message"]["oneOf"]}
    replies = {
        name: _component_name(message["x-response"])
        for name, message in messages.items()
        if "x-response" in message
    }
    for name, message in messages.items():
        if name not in replies.values():
            reply = messages[replies[name]] if name in replies else None
            yield OperationDescription(name, name in sent, message, reply)


def _component_name(reference: dict[str, str]) -> str:
    """Return the name of the component that a `$ref` refers to."""
    return reference["$ref"].rpartition("/")[2]


def _paragraphs(text: str | None) -> Markup:
    """Return plain text as paragraphs, with code where the text has backticks."""
    parts = (text or "").split("\n\n")
    return Markup("").join(Markup("<p>{}</p>").format(_prose(part)) for part in parts if part)


def _prose(text: str) -> Markup:
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _constraints(schema: dict[str, Any]) -> str:
    """Return the limits of a value: `1 to 64 characters`, `more than 0`, `at most 200 items`."""
    limits = [
        _range(schema, "minimum", "maximum", ""),
        _range(schema, "minLength", "maxLength", " characters"),
        _range(schema, "minItems", "maxItems", " items"),
    ]
    if "exclusiveMinimum" in schema:
        limits.append(f"more than {schema['exclusiveMinimum']}")
    if "pattern" in schema:
        limits.append(f"like {schema['pattern']}")
    return ", ".join(limit for limit in limits if limit)


def _range(schema: dict[str, Any], lowest: str, highest: str, unit: str) -> str:
    if lowest in schema and highest in schema:
        return f"{schema[lowest]} to {schema[highest]}{unit}"
    if lowest in schema:
        return f"at least {schema[lowest]}{unit}"
    return f"at most {schema[highest]}{unit}" if highest in schema else ""


def _json(value: Any) -> Markup:
    """Return JSON for the text of an element, where quotes need no escapes."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


_templates.filters |= {
    "constraints": _constraints,
    "json": _json,
    "paragraphs": _paragraphs,
    "prose": _prose,
    "component_name": _component_name,
}
