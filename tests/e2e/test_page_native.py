"""The page in a browser whose <video> plays HLS by itself and takes no bytes from a script, as on an older iPhone.

Chromium plays HLS by itself, too. Without its MediaSource the page takes the same path there; Safari's own engine is
tried in `test_webkit.py`, where it is installed.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser

from tests.daemon import Daemon, daemon, wait_ready
from tests.e2e import test_page
from tests.e2e.test_page import DESK, PHONE, Viewer

pytestmark = pytest.mark.alone

WITHOUT_MEDIA_SOURCE = """
for (const name of ["MediaSource", "ManagedMediaSource", "WebKitMediaSource"]) delete window[name];
"""
browser = test_page.browser
library = test_page.library
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]


def native(viewer: Viewer) -> Viewer:
    """A paired viewer whose browser plays by itself."""
    viewer.page.add_init_script(WITHOUT_MEDIA_SOURCE)
    # The browser's player lets go of a stream a moment after it was told to, and says so when that is gone.
    viewer.forgives = "status of 404"
    viewer.pair()
    return viewer


def test_a_film_plays_seeks_pauses_and_stops(viewer: Make, running: Daemon) -> None:
    phone = native(viewer(PHONE))
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.play("long", "MKV")
    assert phone.page.evaluate("() => document.querySelector('video').src").endswith("/master.m3u8")
    phone.assert_goes_on()

    phone.drag_to(450)
    phone.until("video.currentTime > 450.3 && video.currentTime < 480 && !video.seeking")
    phone.assert_goes_on(0.5)
    phone.press("30 seconds back")
    phone.until("video.currentTime > 420 && video.currentTime < 435 && !video.seeking")
    phone.assert_goes_on(0.5)
    assert phone.streams[-1]["timeline"]["position"] == pytest.approx(phone.numbers()["at"], abs=8)

    phone.press("Pause")
    phone.until("video.paused")
    phone.press("Play")
    phone.assert_goes_on(0.3)
    alive = [psutil.Process(pid) for pid in running.encoders()]
    phone.press("Stop")
    phone.until("document.body.dataset.player === 'idle' && !video.hasAttribute('src')")
    assert psutil.wait_procs(alive, timeout=2)[1] == []
    assert not [url for url in asked if "hls.js" in url], "hls.js is of no use here"


def test_a_seek_before_the_first_picture_is_not_forgotten(viewer: Make) -> None:
    desk = native(viewer(DESK))
    desk.row("long", "MKV").locator("button.row-body").click()
    desk.until("document.body.dataset.player === 'ready'")
    desk.page.keyboard.press("5")
    desk.until("video.currentTime > 300.3 && video.currentTime < 330 && !video.seeking")
    assert desk.numbers()["at"] == pytest.approx(desk.streams[-1]["timeline"]["position"], abs=8)


def test_the_systems_own_controls_can_seek(viewer: Make) -> None:
    phone = native(viewer(PHONE))
    phone.play("long", "MKV")
    phone.page.evaluate("() => { document.querySelector('video').currentTime = 500 }")
    phone.until("video.currentTime > 500.5 && video.currentTime < 530 && !video.seeking")
    phone.assert_goes_on(0.5)


def test_the_end_is_told_and_the_film_can_begin_again(viewer: Make) -> None:
    desk = native(viewer(DESK))
    desk.play("minute", "MP4")
    desk.drag_to(58)
    desk.until("video.ended && document.querySelector('.cover').dataset.kind === 'ended'")
    end = monotonic() + 15
    while desk.streams[-1]["state"] != "finished":
        assert monotonic() < end
        desk.page.wait_for_timeout(50)  # what was heard meanwhile comes in
    desk.page.get_by_role("button", name="Play again").first.click()
    desk.until("video.currentTime > 0.3 && video.currentTime < 20 && !video.paused")
    desk.assert_goes_on(0.5)


def test_a_reloaded_tab_goes_on_at_the_same_second(viewer: Make) -> None:
    desk = native(viewer(DESK))
    desk.play("minute", "MP4")
    desk.drag_to(30)
    desk.until("video.currentTime > 30.5 && video.currentTime < 40")
    before = desk.numbers()["at"]
    desk.page.reload()
    desk.until("video && video.currentTime > 25 && !video.paused && !video.seeking")
    assert before - 0.5 <= desk.numbers()["at"] <= before + 4
    desk.assert_goes_on(0.5)


@pytest.fixture
def mortal(library: Path, tmp_path: Path) -> Iterator[Daemon]:
    """A daemon of this test's own, that may be ended."""
    with daemon(library, tmp_path / "home") as one:
        yield one


@contextmanager
def started_again(mortal: Daemon) -> Iterator[None]:
    """The same daemon, anew."""
    command = [str(word) for word in mortal.process.args]  # type: ignore[union-attr]  # a list, see tests.daemon
    with (mortal.state_dir.parent / "again.log").open("ab") as sink:
        mortal.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env={**os.environ}
        )
    try:
        wait_ready(mortal)
        yield
    finally:
        mortal.stop()


def test_a_film_goes_on_when_the_daemon_is_back(browser: Browser, mortal: Daemon) -> None:
    phone = native(Viewer(browser.new_context(**PHONE).new_page(), mortal))
    phone.play("minute", "MKV")
    mortal.stop()
    phone.until("document.body.dataset.connection === 'waiting'")
    phone.page.evaluate("() => { document.querySelector('video').currentTime = 30 }")
    phone.until("document.querySelector('.cover').innerText.includes('goes on by itself')")
    with started_again(mortal):
        phone.page.evaluate("() => document.querySelector('.strip-retry').click()")
        phone.until("video.currentTime > 30.3 && !video.paused")
        assert phone.numbers()["at"] < 45
        phone.assert_goes_on(0.5)
        phone.press("Pause")
        phone.until("video.paused")
        before = phone.numbers()["at"]
    phone.until("document.body.dataset.connection === 'waiting'")
    with started_again(mortal):
        phone.page.evaluate("() => document.querySelector('.strip-retry').click()")
        phone.until("document.body.dataset.connection === 'connected' && document.body.dataset.player === 'ready'")
        phone.until(f"Math.abs(video.currentTime - {before}) < 0.6 && video.paused && video.readyState >= 2")
        phone.press("Play")
        phone.until("video.currentTime > 30.3 && !video.paused")
        phone.assert_goes_on(0.5)
        phone.page.context.close()
