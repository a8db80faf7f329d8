"""Is it alive, is it ready, how is it, and how much of everything: for supervisors and Prometheus."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest

from controller.server.metrics import Metrics
from controller.services.context import Services


class Readiness:
    """Whether new work is taken."""

    ready: bool = False


class HealthServer:
    """The handlers of /livez, /readyz, /healthz, /metrics and /openrpc.json."""

    def __init__(self, services: Services, readiness: Readiness) -> None:
        self._services, self._readiness = services, readiness
        self._registry = CollectorRegistry()
        self._registry.register(Metrics(services))

    async def livez(self, _request: web.Request) -> web.Response:
        """The event loop turns."""
        return web.Response(text="ok\n")

    async def readyz(self, _request: web.Request) -> web.Response:
        """Clients may come."""
        if self._readiness.ready:
            return web.Response(text="ok\n")
        return web.Response(status=503, text="not ready\n", headers={"Retry-After": "1"})

    async def healthz(self, _request: web.Request) -> web.Response:
        """The parts, for people with curl."""
        box, services = self._services.box, self._services
        return web.json_response(
            {
                "status": "ok" if self._readiness.ready else "not ready",
                "version": box.version,
                "uptime_s": round(services.clock.now() - box.started, 3),
                "clients": len(services.clients),
                "streams": len(services.streams),
                "encoders": services.streams.encoders,
                "screen": box.screen,
            }
        )

    async def metrics(self, _request: web.Request) -> web.Response:
        """Prometheus' text format."""
        return web.Response(body=generate_latest(self._registry), content_type="text/plain", charset="utf-8")

    async def openrpc(self, _request: web.Request) -> web.Response:
        """The contract."""
        return web.json_response(self._services.box.openrpc())
