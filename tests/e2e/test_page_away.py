"""The page whose network goes away for twenty seconds, without a word, while a film plays; and how it comes back.

Chromium's own `offline` leaves a WebSocket alone that is open already. So the page reaches the daemon over a relay that
falls silent at the same moment: nothing passes and nothing is closed, as when a Wi-Fi is out of reach.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser, WebSocket

from tests.daemon import Daemon
from tests.e2e import test_page
from tests.e2e.test_page import DESK, Viewer

pytestmark = pytest.mark.alone

browser = test_page.browser
library = test_page.library
AWAY = 20.0
WITHIN = 10.0
"""Seconds without a network, and until the film goes on when it is back."""
REFUSED = "You are not connected, so nothing was done."
NO_CHANCE = "Math.random = () => %s;"


class Relay:
    """A port that leads to the daemon's, unless it is silent."""

    def __init__(self, port: int) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self._leads_to = port
        self._open, self._sockets, self._threads = threading.Event(), list[socket.socket](), list[threading.Thread]()
        self._open.set()

    def run(self) -> None:
        """Until it is stopped."""
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                self._open.wait()
                far = socket.create_connection(("127.0.0.1", self._leads_to))
                self._sockets += [near, far]
                for one, other in ((near, far), (far, near)):
                    self._threads.append(threading.Thread(target=self._pass_on, args=(one, other)))
                    self._threads[-1].start()

    def fall_silent(self) -> None:
        """Nothing passes any more, and nothing is closed."""
        self._open.clear()

    def speak(self) -> None:
        """New connections pass; what was open is dead, as after a new address."""
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.set()

    def stop(self) -> None:
        """Close everything."""
        self.speak()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self._threads:
            thread.join()
        for one in self._sockets:
            one.close()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                self._open.wait()
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay(running: Daemon) -> Iterator[Relay]:
    """A relay to the daemon."""
    one = Relay(running.port)
    thread = threading.Thread(target=one.run)
    thread.start()
    yield one
    one.stop()
    thread.join()


class Traveller(Viewer):
    """Notes what its page sends and is told of its queue."""

    def _on_socket(self, socket: WebSocket) -> None:
        super()._on_socket(socket)
        socket.on("framesent", lambda frame: self._said(json.loads(frame)))

    def _said(self, frame: dict[str, Any]) -> None:
        self.sent.append(frame["method"])
        self.targets[frame.get("id")] = frame["params"].get("target", "")

    def _heard(self, frame: dict[str, Any]) -> None:
        super()._heard(frame)
        told = frame.get("params") or frame.get("result") or {}
        target = told.get("target") or self.targets.get(frame.get("id"))
        if "items" in told and "version" in told and target == "mine":
            self.queues.append([item["id"] for item in told["items"]])

    def __post_init__(self) -> None:
        self.sent: list[str] = []
        self.targets: dict[str | None, str] = {}
        self.queues: list[list[str]] = []
        super().__post_init__()


@contextmanager
def traveller(browser: Browser, running: Daemon) -> Iterator[Traveller]:
    """A page; nothing went wrong on it but what the network did."""
    one = Traveller(browser.new_context(**DESK).new_page(), running)
    one.forgives = "net::ERR_"
    yield one
    one.page.context.close()
    assert [trouble for trouble in one.troubles if "WebSocket" not in trouble] == []


def test_a_film_goes_on_after_twenty_seconds_without_a_network_and_nothing_is_sent_that_was_refused(
    browser: Browser, running: Daemon, relay: Relay
) -> None:
    with traveller(browser, replace(running, url=f"http://127.0.0.1:{relay.port}")) as one:
        one.page.goto(f"{one.daemon.url}/#pair={running.pair()}")
        one.until("document.querySelector('.row')")
        one.play("long", "MKV")
        one.drag_to(300)
        one.until("video.currentTime > 301 && !video.seeking")
        stream, queue = one.streams[-1]["stream_id"], one.queues[-1]
        assert queue

        relay.fall_silent()
        one.page.context.set_offline(True)
        left, before = monotonic(), one.numbers()["at"]
        one.until("document.body.dataset.connection !== 'connected'")
        assert monotonic() - left < WITHIN, "it is noticed"
        assert "Offline" in one.page.locator(".strip").inner_text()
        sent = len(one.sent)
        one.drag_to(100)
        one.until(f"document.body.innerText.includes('{REFUSED}')")
        assert one.numbers()["at"] >= before, "the film stays where it is"
        one.press("Stop")
        assert one.page.evaluate("() => document.body.dataset.player") == "ready"
        one.page.wait_for_timeout(1_000 * max(0.0, AWAY - (monotonic() - left)))

        relay.speak()
        one.page.context.set_offline(False)
        back = monotonic()
        one.until("document.body.dataset.connection === 'connected'")
        one.assert_goes_on()
        assert monotonic() - back < WITHIN
        assert before < one.numbers()["at"] < before + (monotonic() - left) + 1.0, "at the second where it was"
        assert one.answers[-1]["resumed"] is True
        assert one.stream[0] == stream
        assert one.queues[-1] == queue, "it is whole"
        assert not {"hls_seek", "stop_hls_stream", "request_hls_stream"} & set(one.sent[sent:])


@pytest.mark.parametrize(("chance", "share"), [(0, 0.5), (0.999, 1.0)], ids=["least", "most"])
def test_the_page_waits_longer_each_time_and_not_as_long_as_others(
    browser: Browser, running: Daemon, relay: Relay, chance: float, share: float
) -> None:
    with traveller(browser, replace(running, url=f"http://127.0.0.1:{relay.port}")) as one:
        tries: list[float] = []
        one.page.add_init_script(NO_CHANCE % chance)
        one.page.goto(f"{one.daemon.url}/#pair={running.pair()}")
        one.until("document.querySelector('.row')")
        one.page.evaluate("""() => {
          const Real = WebSocket;
          window.tries = [];
          window.WebSocket = class extends Real {
            constructor(...given) {
              window.tries.push(performance.now());
              super(...given);
            }
          };
        }""")
        relay.stop()
        one.until("window.tries.length >= 4")
        tries = one.page.evaluate("() => window.tries")
        gaps = [later - earlier for earlier, later in pairwise(tries)]
        for number, gap in enumerate(gaps[:3], 1):
            wait = 500 * 2**number * share
            assert wait - 5 <= gap < wait + 400
