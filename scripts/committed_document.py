"""Writing and checking generated documents that are committed."""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def write_or_check(name: str, document: dict[str, Any], command: str) -> int:
    """Write the document where it is stale, and return the exit status.

    With `--check`, do not write; a stale document is status 1. `command` regenerates it.
    """
    path = ROOT / name
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return 0
    if "--check" in sys.argv[1:]:
        print(f"{name} is stale. Run `{command}` and commit it.", file=sys.stderr)
        return 1
    path.write_text(text, encoding="utf-8")
    print(f"wrote {name}")
    return 0
