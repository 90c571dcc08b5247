"""Write asyncapi.json, or with --check only report whether it is stale."""

import sys

from committed_document import write_or_check

from trading_api.app_factory import create_app
from trading_api.settings import Settings


def main() -> int:
    _, ws_app = create_app(Settings.defaults())
    return write_or_check("asyncapi.json", ws_app.asyncapi(), "make export-asyncapi-spec")


if __name__ == "__main__":
    sys.exit(main())
