"""What Prometheus reads: the services, asked when it comes. No label grows with the number of clients or films.

The only labels are the names that the wire has for errors, and how a run of an encoder ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from controller.services.context import Services
from controller.services.vitals import vitals
from protocol.box import ServerVitals

Row = tuple[str, str, float | None]


class Metrics(Collector):
    """All of them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """Everything, as it is now; a gauge of which nothing is known is left out."""
        tallies, runs = self._services.tallies, self._services.logs.outcomes
        for name, text, value in _gauges(vitals(self._services)):
            if value is not None:
                yield GaugeMetricFamily(name, text, value)
        counters: tuple[Row, ...] = (
            ("matinee_streams_opened", "Streams that were opened", tallies.opened),
            ("matinee_encoder_restarts", "Runs of encoders that crashed and were tried again", tallies.restarts),
            ("matinee_segments_served", "Segments handed out", tallies.served),
            ("matinee_segment_bytes_served", "Bytes of the segments handed out", tallies.served_bytes),
            ("matinee_player_stalls", "How often players told that they stand still", tallies.stalls),
        )
        for name, text, value in counters:
            yield CounterMetricFamily(name, text, value)
        yield _labelled("matinee_streams_failed", "Streams that were given up", "error", tallies.failed)
        yield _labelled("matinee_encoder_runs", "Runs of encoders that are over", "outcome", runs)


def _gauges(box: ServerVitals) -> Iterator[Row]:
    encoding, daemon = box.encoding, box.daemon
    yield "matinee_clients", "Registered clients", box.clients
    yield "matinee_connections", "Clients with a connection", box.connected
    yield "matinee_streams", "Open streams", box.streams
    yield "matinee_waiting", "Streams that wait for their turn", len(box.waiting)
    yield "matinee_encoders", "Living encoders", box.encoders
    yield "matinee_cache_bytes", "Bytes of segments on disk", box.cache_bytes
    yield "matinee_disk_free_bytes", "Bytes free on the disk of the segments", box.disk_free
    yield "matinee_uptime_seconds", "Seconds since the start", box.uptime_s
    yield "matinee_loop_lag_seconds", "Last measured delay of the event loop", box.load.loop_lag_s
    if daemon:
        yield "matinee_daemon_cpu_percent", "Percent of one core that the daemon uses", daemon.cpu
        yield "matinee_daemon_memory_bytes", "Memory of the daemon", daemon.rss
    if encoding:
        yield "matinee_encoders_working", "Encoders that make something", encoding.working
        yield "matinee_encoders_held", "Encoders that are stopped because enough lies ahead", encoding.held
        yield "matinee_encoders_backing_off", "Streams whose encoder failed and is tried again", encoding.backing_off
        yield "matinee_encoders_cpu_percent", "Percent of one core that all encoders use", encoding.cpu
        yield "matinee_encoders_memory_bytes", "Memory of all encoders", encoding.rss
        yield "matinee_encoder_speed_min", "Film seconds per second of the slowest that works", encoding.slowest
        yield "matinee_ahead_seconds_min", "Seconds made ahead, where that is least", encoding.least_ahead_s


def _labelled(name: str, text: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=[label])
    for word, count in sorted(counts.items()):
        family.add_metric([word], count)
    return family
