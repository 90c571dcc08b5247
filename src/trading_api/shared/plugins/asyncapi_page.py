"""The AsyncAPI document as a page that needs neither scripts nor the internet."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

_templates = Environment(
    loader=PackageLoader("trading_api.shared.plugins"),
    autoescape=select_autoescape(["html", "j2"]),
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["json"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False)


def asyncapi_page(document: dict[str, Any]) -> str:
    return _templates.get_template("asyncapi.html.j2").render(document=document)
