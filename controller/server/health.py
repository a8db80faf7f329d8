"""Is it alive, is it ready, how is it, and how much of everything: for supervisors and Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from controller.services.context import Services


class Readiness:
    """Whether new work is taken."""

    ready: bool = False


class HealthServer:
    """The handlers of /livez, /readyz, /healthz, /metrics and /openrpc.json."""

    def __init__(self, services: Services, readiness: Readiness) -> None:
        self._services, self._readiness = services, readiness
        self._registry = CollectorRegistry()
        self._registry.register(_Gauges(services))

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


class _Gauges(Collector):
    """Read from the services when asked; no label grows with the number of clients."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        services = self._services
        values = {
            "matinee_clients": ("Registered clients", len(services.clients)),
            "matinee_connections": ("Clients with a connection", services.clients.connected),
            "matinee_streams": ("Open streams", len(services.streams)),
            "matinee_encoders": ("Living encoders", services.streams.encoders),
            "matinee_cache_bytes": ("Bytes of segments on disk", services.store.used_bytes()),
            "matinee_uptime_seconds": ("Seconds since the start", services.clock.now() - services.box.started),
            "matinee_loop_lag_seconds": ("Last measured delay of the event loop", services.meter.load().loop_lag_s),
        }
        for name, (text, value) in values.items():
            gauge = GaugeMetricFamily(name, text)
            gauge.add_metric([], value)
            yield gauge
