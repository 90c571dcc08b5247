"""Write every module's ws_generated/ from its ws.py, or with --check only report stale ones."""

import argparse
import sys
from pathlib import Path

from trading_api.shared.ws.generator import GenerationError, generate

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    try:
        generated = {
            source.parent
            / "ws_generated"
            / "__init__.py": generate(source, source.relative_to(ROOT).as_posix())
            for source in sorted(ROOT.glob("src/trading_api/modules/*/ws.py"))
        }
    except GenerationError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [path for path, text in generated.items() if _read(path) != text]
    if check and stale:
        print(f"stale: {', '.join(_relative(path) for path in stale)}", file=sys.stderr)
        print("Run `make generate-ws-routers` and commit what it wrote.", file=sys.stderr)
        return 1
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(generated[path], encoding="utf-8")
        print(f"wrote {_relative(path)}")
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.exit(main())
