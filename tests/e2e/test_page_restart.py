"""The page of somebody who watches while the daemon is killed and started again: the film goes on at its second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.daemon import daemon, free_port
from tests.e2e import test_page
from tests.e2e.test_page import DESK, Viewer

pytestmark = pytest.mark.alone

browser = test_page.browser
library = test_page.library
WITHIN = 10.0
"""Seconds from the moment that the daemon is ready again."""


@pytest.mark.parametrize("paused", [False, True], ids=["playing", "paused"])
def test_a_film_goes_on_at_its_second_with_the_stream_that_the_daemon_opened_again(
    browser: Browser, library: Path, tmp_path: Path, paused: bool
) -> None:
    home, port = tmp_path / "home", free_port()
    with daemon(library, home, port=port) as running:
        one = Viewer(browser.new_context(**DESK).new_page(), running)
        one.forgives = "Failed to load resource"
        one.pair()
        one.play("long", "MKV")
        one.drag_to(300)
        one.until("video.currentTime > 301.5 && !video.seeking")
        if paused:
            one.press("Pause")
            one.until("video.paused")
        before, stream = one.numbers()["at"], one.streams[-1]["stream_id"]
        running.process.kill()
        running.process.wait()
    with daemon(library, home, port=port) as running:
        ready = monotonic()
        one.until("document.body.dataset.player === 'ready'")
        wanted = f"video.currentTime > {before + 1.0} && !video.paused"
        if paused:
            wanted = f"Math.abs(video.currentTime - {before}) < 0.6 && video.paused && video.readyState >= 2"
        poll(lambda: one.streams[-1]["stream_id"] != stream, one)
        one.until(wanted)
        assert monotonic() - ready < WITHIN
        assert one.answers[-1]["resumed"] is True
        assert one.numbers()["at"] < before + WITHIN + 3
        assert len({status["stream_id"] for status in one.streams}) == 2, "the stream was opened once"
        assert len(running.encoders()) <= 1
        one.page.context.close()
    assert [trouble for trouble in one.troubles if "WebSocket" not in trouble] == []


@pytest.mark.parametrize("width", [390, 360])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_phone_has_room_for_when_the_page_tries_again(
    browser: Browser, tmp_path: Path, width: int, language: str
) -> None:
    (tmp_path / "films").mkdir()
    phone: dict[str, Any] = {
        "viewport": {"width": width, "height": 800},
        "is_mobile": True,
        "has_touch": True,
        "locale": language,
    }
    with daemon(tmp_path / "films", tmp_path / "home") as running:
        one = Viewer(browser.new_context(**phone).new_page(), running)
        one.page.goto(f"{running.url}/#pair={running.pair()}")
        one.until("document.body.dataset.connection === 'connected'")
        running.stop()
        one.until("/[0-9] s$/.test(document.querySelector('.strip-words').textContent)")
        assert one.page.locator(".strip-words").evaluate("(one) => one.scrollWidth - one.clientWidth") == 0
        one.page.context.close()


def poll(check: Callable[[], Any], one: Viewer) -> None:
    """Until it is true, while the page goes on."""
    end = monotonic() + WITHIN
    while not check():
        assert monotonic() < end
        one.page.wait_for_timeout(50)
