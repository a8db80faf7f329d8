"""The URL map."""

from __future__ import annotations

from aiohttp import web

from controller.server.access import OurNames, guard, set_headers
from controller.server.errors import plain_errors
from controller.server.films import FilmServer
from controller.server.health import HealthServer
from controller.server.segments import SegmentServer
from controller.server.web import WebPage
from controller.server.ws import WebSocketServer


def application(
    names: OurNames,
    origins: list[str],
    sockets: WebSocketServer,
    segments: SegmentServer,
    films: FilmServer,
    health: HealthServer,
    page: WebPage,
) -> web.Application:
    """Everything that is served, behind the guards."""
    app = web.Application(middlewares=[guard(names, origins), plain_errors], client_max_size=256 * 1024)
    app.on_response_prepare.append(set_headers)
    stream, film = "/hls/{client_id}/{token}/{name}", "/media/{client_id}/{token}/{name}"
    app.add_routes(
        [
            web.get("/ws", sockets.get),
            web.get(stream, segments.get),
            web.options(stream, segments.options),
            web.get(film, films.get),
            web.options(film, segments.options),
            web.get("/livez", health.livez),
            web.get("/readyz", health.readyz),
            web.get("/healthz", health.healthz),
            web.get("/metrics", health.metrics),
            web.get("/openrpc.json", health.openrpc),
            web.get("/", page.get),
            web.get("/{name:[a-z0-9_./-]+}", page.get),
        ]
    )
    return app
