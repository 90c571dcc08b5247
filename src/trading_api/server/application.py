"""Assemble the FastAPI application: state, middleware, error handlers and routers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from trading_api.auth.tokens import TokenVerifier
from trading_api.limits.command_admission import CommandAdmission
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.server.lifespan import Lifespan
from trading_api.settings import Settings, allowed_hosts
from trading_api.shared.api import health, versions
from trading_api.shared.module_interface import (
    AuthenticatesClients,
    Module,
    MountedApplications,
)
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter
from trading_api.version import VERSION
from trading_api.web import admin, probes
from trading_api.web.command_route import CommandRoutes
from trading_api.web.error_handlers import add_error_handlers
from trading_api.web.json_route import StrictJSONRouter, error_responses
from trading_api.web.middleware.access_log import HEADER as REQUEST_ID
from trading_api.web.middleware.access_log import AccessLogMiddleware, InFlightRequests
from trading_api.web.middleware.authentication import AuthenticationMiddleware
from trading_api.web.middleware.compression import CompressionMiddleware
from trading_api.web.middleware.cross_origin import CrossOriginMiddleware
from trading_api.web.middleware.host_origin import HostOriginMiddleware
from trading_api.web.middleware.root_path import RootPathMiddleware
from trading_api.web.middleware.security_headers import SecurityHeadersMiddleware
from trading_api.web.middleware.websocket_origin import WebSocketOriginMiddleware
from trading_api.web.mount import MountWithRoot
from trading_api.web.paths import PREFIX, WS_PATH
from trading_api.web.rest_documentation import add_rest_documentation
from trading_api.web.terminal_page import terminal_router
from trading_api.web.websocket_endpoint import add_websocket

TITLE = "trading_api"
DESCRIPTION = "Symbols, history, live bars and quotes, and a paper exchange."
OPEN_PATHS = re.compile(
    r"/|/assets/.*|/health/(live|ready)|"
    rf"{PREFIX}/(health|versions?|openapi\.json|docs(/.*)?|ws(/asyncapi(\.json|/assets/.*)?)?)"
)
"""Paths that need no authentication. The WebSocket authenticates its own clients, and a module may
name further paths whose clients it authenticates (AuthenticatesClients)."""


def create_api_app(
    settings: Settings,
    modules: Sequence[Module],
    ws_app: FastWSAdapter,
    lifespan: Lifespan,
    tokens: TokenVerifier,
    metrics: Metrics,
    readiness: Readiness,
    admission: CommandAdmission,
    in_flight: InFlightRequests,
    innermost: Sequence[Middleware] = (),
) -> FastAPI:
    """Return the application that serves the modules' REST routes, the WebSocket and the pages.

    A request passes the `innermost` middleware last, authenticated, before the routes."""
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        separate_input_output_schemas=False,
    )
    _set_state(app, settings, modules, metrics, readiness)
    app.state.command_admission = admission
    app.state.ws_app = ws_app
    app.user_middleware += innermost
    _add_middleware(app, settings, tokens, metrics, in_flight, open_paths(modules))
    add_error_handlers(app)
    _include_routers(app, modules)
    _mount_applications(app, settings, modules)
    add_rest_documentation(app)
    add_websocket(app, WS_PATH)
    for router in (router for module in modules for router in module.get_ws_routers()):
        ws_app.include_router(router)
    ws_app.setup(app)
    return app


def create_owner_app(
    settings: Settings,
    modules: Sequence[Module],
    metrics: Metrics,
    readiness: Readiness,
    admission: CommandAdmission,
) -> FastAPI:
    """Return the application that answers the requests which gateways forward. A gateway has
    authenticated the caller and applied the limits of HTTP."""
    app = FastAPI(openapi_url=None)
    _set_state(app, settings, modules, metrics, readiness)
    app.state.command_admission = admission
    add_error_handlers(app)
    routers = [router for module in modules for router in module.get_api_routers()]
    app.router.routes.insert(0, CommandRoutes(routers))
    for router in routers:
        _include(app, router)
    return app


def create_probe_app(
    settings: Settings,
    lifespan: Lifespan,
    tokens: TokenVerifier,
    metrics: Metrics,
    readiness: Readiness,
) -> FastAPI:
    """Return the application of a process that serves operators alone: health and metrics."""
    app = FastAPI(openapi_url=None, lifespan=lifespan)
    _set_state(app, settings, (), metrics, readiness)
    _add_middleware(app, settings, tokens, metrics, InFlightRequests(), OPEN_PATHS)
    add_error_handlers(app)
    app.include_router(probes.router)
    return app


def open_paths(modules: Sequence[Module]) -> re.Pattern[str]:
    """Return the pattern of OPEN_PATHS and of the paths whose clients the modules authenticate."""
    own = [each.authenticated_paths() for each in modules if isinstance(each, AuthenticatesClients)]
    return re.compile("|".join([OPEN_PATHS.pattern, *(f"(?:{pattern})" for pattern in own)]))


def _set_state(
    app: FastAPI,
    settings: Settings,
    modules: Sequence[Module],
    metrics: Metrics,
    readiness: Readiness,
) -> None:
    app.state.services = {module.name: module.service for module in modules}
    app.state.metrics = metrics
    app.state.readiness = readiness
    app.state.settings = settings


def _add_middleware(
    app: FastAPI,
    settings: Settings,
    tokens: TokenVerifier,
    metrics: Metrics,
    in_flight: InFlightRequests,
    open_paths: re.Pattern[str],
) -> None:
    # Starlette runs the middleware that was added last first.
    app.add_middleware(AuthenticationMiddleware, tokens=tokens, open_paths=open_paths)
    app.add_middleware(
        CrossOriginMiddleware,
        origins=settings.cors_origin_regex,
        exposed_headers=["Retry-After", REQUEST_ID],
    )
    app.add_middleware(
        HostOriginMiddleware,
        only_loopback=settings.auth_mode == "off",
        hosts=allowed_hosts(settings),
        origins=settings.cors_origin_regex,
    )
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(CompressionMiddleware)
    app.add_middleware(AccessLogMiddleware, metrics=metrics, in_flight=in_flight)
    if settings.root_path:
        app.add_middleware(RootPathMiddleware, root_path=settings.root_path)


def _include_routers(app: FastAPI, modules: Sequence[Module]) -> None:
    routers = [*(r for module in modules for r in module.get_api_routers()), admin.router]
    # Starlette tries routes one after the other: commands and then the modules' routes come first.
    app.router.routes.insert(0, CommandRoutes(routers))
    for router in routers:
        _include(app, router, 422, 401, 403)
    for public in (health.router, versions.router):
        _include(app, public, 422)
    app.include_router(probes.router)
    app.include_router(terminal_router([module.name for module in modules]))


def _include(app: FastAPI, router: APIRouter, *errors: int) -> None:
    """Serve the router's routes under PREFIX, and document the statuses of `errors`."""
    if isinstance(router, StrictJSONRouter):
        app.router.routes += router.included(PREFIX, errors)
    else:
        app.include_router(router, prefix=PREFIX, responses=error_responses(*errors))


def _mount_applications(app: FastAPI, settings: Settings, modules: Sequence[Module]) -> None:
    """Mount the applications of modules. WebSocket connections from pages of foreign origins
    are refused here; `/api/v1/ws` checks the origin itself."""
    for module in modules:
        if isinstance(module, MountedApplications):
            for path, application in module.applications().items():
                guarded = WebSocketOriginMiddleware(application, settings.cors_origin_regex)
                app.router.routes.append(MountWithRoot(path, guarded, name=module.name))
