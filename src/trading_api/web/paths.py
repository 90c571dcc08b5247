"""The paths under which the application serves the API and its documents."""

from starlette.types import Scope

PREFIX = "/api/v1"
OPENAPI_URL = f"{PREFIX}/openapi.json"
DOCS_URL = f"{PREFIX}/docs"
WS_PATH = f"{PREFIX}/ws"
ASYNCAPI_URL = f"{WS_PATH}/asyncapi"


def absolute_path(path: str, root_path: str) -> str:
    """Return the path below `root_path`, which it may already begin with."""
    if path == root_path or path.startswith(f"{root_path}/"):
        return path
    return root_path + path


def route_path(scope: Scope) -> str:
    """Return the path of a request without the sub-path at which a proxy serves the application."""
    path: str = scope["path"]
    root_path: str = scope.get("root_path", "")
    if root_path and path.startswith(f"{root_path}/"):
        return path[len(root_path) :]
    return path
