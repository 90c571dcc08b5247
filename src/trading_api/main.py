"""The application that ASGI servers import: `trading_api.main:app`."""

from trading_api.app_factory import create_app
from trading_api.settings import Settings

apiApp, wsApp = create_app(Settings())
app = apiApp
