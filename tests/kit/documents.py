"""The committed documents of the application, which a test compares with what it generates.

Reading them costs less than generating them, and every process of the tests needs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OPENAPI: dict[str, Any] = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
ASYNCAPI: dict[str, Any] = json.loads((ROOT / "asyncapi.json").read_text(encoding="utf-8"))
MESSAGES: dict[str, Any] = ASYNCAPI["components"]["messages"]
