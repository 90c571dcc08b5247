"""The paths under which the application serves the API and its documents."""

PREFIX = "/api/v1"
OPENAPI_URL = f"{PREFIX}/openapi.json"
DOCS_URL = f"{PREFIX}/docs"
WS_PATH = f"{PREFIX}/ws"
ASYNCAPI_URL = f"{WS_PATH}/asyncapi"
