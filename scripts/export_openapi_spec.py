"""Write openapi.json, or with --check only report whether it is stale."""

import sys

from committed_document import write_or_check

from trading_api.app_factory import create_app
from trading_api.settings import Settings


def main() -> int:
    api_app, _ = create_app(Settings.defaults())
    return write_or_check("openapi.json", api_app.openapi(), "make export-openapi-spec")


if __name__ == "__main__":
    sys.exit(main())
