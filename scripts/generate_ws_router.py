"""Write every module's ws_generated/ from its ws.py; with --check, only report stale files."""

import argparse
import sys
from pathlib import Path

from trading_api.shared.ws.generator import (
    FOLDER,
    GenerationError,
    generate,
    stale_files,
    write_files,
)

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    try:
        generated = {
            source.parent / FOLDER: generate(source, source.relative_to(ROOT).as_posix())
            for source in sorted(ROOT.glob("src/trading_api/modules/*/ws.py"))
        }
    except GenerationError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [path for folder, files in generated.items() for path in stale_files(folder, files)]
    shown = ", ".join(path.relative_to(ROOT).as_posix() for path in stale)
    if check and stale:
        print(f"stale: {shown}", file=sys.stderr)
        print("Run `make generate-ws-routers` and commit the result.", file=sys.stderr)
        return 1
    for folder, files in generated.items():
        write_files(folder, files)
    if stale:
        print(f"updated: {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
