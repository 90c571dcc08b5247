import sys

from trading_api.cli import main

sys.exit(main())
