"""Who may speak to us by HTTP: our own names only (against DNS rebinding), and pages of our own origin only.

Segments and films carry their key in their path and may be fetched by any page (CORS `*`); the names still count.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlsplit

import psutil
from aiohttp import web
from aiohttp.typedefs import Middleware

from controller.ports import Clock
from controller.server.errors import BAD_REQUEST

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OPEN_PREFIXES = ("/hls/", "/media/")
REFRESH = 5.0
"""Seconds between two looks at the machine's addresses; they change when Wi-Fi does."""
# hls.js gives a text track that it fills by itself an empty document as `data:` to begin with.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob: data:; worker-src 'self' blob:; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
OPEN_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Range",
    "Access-Control-Expose-Headers": "Content-Length, Content-Range, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class OurNames:
    """The names and addresses by which this machine is reached."""

    def __init__(self, clock: Clock, bound: str, configured: list[str]) -> None:
        host = socket.gethostname().lower()
        self._fixed = {"localhost", "127.0.0.1", "::1", host, f"{host.split('.')[0]}.local", bound.lower()}
        self._fixed |= {name.lower().strip("[]") for name in configured}
        self._clock = clock
        self._addresses = addresses()
        self._looked = clock.now()

    def __contains__(self, host: str) -> bool:
        name = host.lower().strip("[]").removesuffix(".")
        if name in self._fixed or name in self._addresses:
            return True
        if self._clock.now() - self._looked >= REFRESH:
            self._addresses, self._looked = addresses(), self._clock.now()
        return name in self._addresses


def addresses() -> set[str]:
    """Every address of the machine's interfaces, without zones."""
    found = (address for interface in psutil.net_if_addrs().values() for address in interface)
    return {a.address.split("%")[0].lower() for a in found if a.family in (socket.AF_INET, socket.AF_INET6)}


def guard(names: OurNames, origins: list[str]) -> Middleware:
    """The middleware that refuses foreign hosts (421) and foreign origins (403)."""
    allowed = frozenset(origins)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        hosts = request.headers.getall("Host", [])
        if len(hosts) != 1 or not request.raw_path.startswith("/"):
            return web.Response(status=400, text=BAD_REQUEST)
        if hostname(hosts[0]) not in names:
            return web.Response(status=421, text="This name is not ours\n")
        if not request.path.startswith(OPEN_PREFIXES) and not _same_origin(request, hosts[0], allowed):
            return web.Response(status=403, text="This page may not\n")
        if request.method == "POST" and request.content_type != "application/json":
            return web.Response(status=415, text="JSON only\n")
        return await handler(request)

    return middleware


def hostname(host: str) -> str:
    """The name in a Host header, without its port; empty when it is none."""
    try:
        split = urlsplit(f"//{host}")
        _ = split.port
    except ValueError:
        return ""
    plain = split.username is None and not split.path and not split.query and not split.fragment
    return split.hostname or "" if plain else ""


def _same_origin(request: web.Request, host: str, allowed: frozenset[str]) -> bool:
    origins = request.headers.getall("Origin", [])
    if not origins:
        return True
    return len(origins) == 1 and (
        origins[0] in allowed or origins[0].lower() in (f"http://{host}".lower(), f"https://{host}".lower())
    )


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on every answer (a signal: files and errors pass here, too).

    A WebSocket has no use for them, and keeps its answer's headers for as long as it lasts.
    """
    if response.status == HTTPStatus.SWITCHING_PROTOCOLS:
        response.headers.pop("Server", None)
        return
    for name, value in (OPEN_HEADERS if request.path.startswith(OPEN_PREFIXES) else HEADERS).items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)
