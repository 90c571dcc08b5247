"""Mounts an application at a path, with the path itself."""

from starlette.routing import Match, Mount
from starlette.types import Scope

from trading_api.web.paths import route_path


class MountWithRoot(Mount):
    """A Mount at `/app` that answers `/app` as it answers `/app/`.

    Starlette's would redirect a request to `/app`, and refuse a WebSocket connection to it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] in ("http", "websocket") and route_path(scope) == self.path:
            path = scope["path"] + "/"
            match, child_scope = super().matches({**scope, "path": path})
            return match, {**child_scope, "path": path}
        return super().matches(scope)
