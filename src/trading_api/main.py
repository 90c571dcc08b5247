"""The application that ASGI servers import: `trading_api.main:app`."""

import os
import sys

from trading_api.app_factory import create_app
from trading_api.server.process_count import check_process_count
from trading_api.settings import Settings

# Here, because only ASGI servers import this, each of their processes once.
check_process_count(os.environ, sys.argv)
apiApp, wsApp = create_app(Settings())
app = apiApp
