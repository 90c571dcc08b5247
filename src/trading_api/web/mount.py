"""Mounts an application at a path, with the path itself."""

from starlette.routing import Match, Mount
from starlette.types import Scope

from trading_api.web.paths import route_path

MOUNT_NAME = "trading_api.mount_name"
"""The key of a scope under which a request has the name of the mount that serves it."""


class MountWithRoot(Mount):
    """A Mount at `/app` that answers `/app` as it answers `/app/`, and names itself in the scope.

    Starlette's would redirect a request to `/app`, and refuse a WebSocket connection to it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        changes = {}
        if scope["type"] in ("http", "websocket") and route_path(scope) == self.path:
            changes = {"path": scope["path"] + "/"}
        match, child_scope = super().matches({**scope, **changes})
        return match, {**child_scope, **changes, MOUNT_NAME: self.name}
