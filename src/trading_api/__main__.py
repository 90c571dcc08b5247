"""Run the command line: `python -m trading_api`."""

import sys

from trading_api.cli import main

sys.exit(main())
