"""Axe finds nothing on the page in any of its states, on a phone and on a desk, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser

from tests.daemon import Daemon
from tests.e2e import test_page
from tests.e2e.axe import problems
from tests.e2e.test_page import DESK, PHONE, Viewer
from tests.e2e.test_page_queue import Queuer
from tests.e2e.test_page_screen import Observer, observed, until
from tests.e2e.test_page_tracks import X264, film
from tests.e2e.tv import room

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DEVICES = pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film with everything, a folder, a film that is none, and one that a test takes away."""
    folder = tmp_path_factory.mktemp("axe-library")
    (folder / "Series").mkdir()
    film(folder / "Plain.mp4", X264, ["-c:a", "aac"])
    for name in ("Gone.mp4", "Series/Episode 1.mp4"):
        (folder / name).write_bytes((folder / "Plain.mp4").read_bytes())
    (folder / "Broken.mkv").write_bytes(b"no film")
    return folder


@pytest.fixture(scope="module")
def running(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a TV."""
    with room(library, tmp_path_factory.mktemp("home")) as one:
        yield one


@pytest.fixture
def observer(running: Daemon) -> Iterator[Observer]:
    """Frees the TV afterwards."""
    with observed(running) as one:
        yield one


class Reader:
    """Looks at states of a page, one after the other."""

    def __init__(self, one: Viewer) -> None:
        self._one = one
        self._found: dict[tuple[str, str], list[str]] = {}

    def look(self, state: str) -> None:
        """Have axe read the whole page as it is, in both schemes."""
        for scheme in SCHEMES:
            self._one.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self._found[state, scheme] = problems(self._one.page)

    def assert_nothing_found(self) -> None:
        told = [f"{state}, {scheme}: {what}" for (state, scheme), found in self._found.items() for what in found]
        assert told == []


@DEVICES
def test_nothing_is_found_before_and_after_a_device_is_paired(
    viewer: Make, running: Daemon, device: dict[str, Any]
) -> None:
    one = viewer(device)
    reader = Reader(one)
    one.page.goto(running.url)
    one.page.get_by_label("Pairing code").wait_for()
    reader.look("first visit")
    one.page.get_by_label("Pairing code").fill("2222-2222")
    one.press("Pair")
    one.until("document.querySelector('#problem').textContent !== ''")
    reader.look("wrong code")
    one.pair()
    reader.look("library")
    one.press("More for Plain")
    reader.look("choices of a film")
    one.page.keyboard.press("Escape")
    reader.assert_nothing_found()


@DEVICES
def test_nothing_is_found_while_a_film_plays(
    viewer: Make, observer: Observer, library: Path, device: dict[str, Any]
) -> None:
    one = Queuer(viewer(device), "Anna")
    reader = Reader(one.viewer)
    one.viewer.forgives = "status of 404"  # the browser's own player may ask for more of a film that is delivered anew
    gone = (library / "Gone.mp4").read_bytes()
    one.viewer.play("Plain", "MP4")
    reader.look("playing")
    one.page.keyboard.press("c")
    one.until("document.querySelector('.cue')")
    reader.look("with subtitles")
    one.page.keyboard.press("?")
    reader.look("keys")
    one.page.keyboard.press("Escape")
    one.press("Sound, subtitles, quality")
    reader.look("sheet")
    one.page.keyboard.press("Escape")
    here = one.page.locator(".place-here .place-name").inner_text()
    one.add("Plain", "Gone", place=here)
    one.add("Plain", place="TV")
    one.show()
    reader.look("queue")
    one.show("server")
    reader.look("queue of the TV")
    one.hide()
    (library / "Gone.mp4").unlink()
    one.viewer.row("Gone", "MP4").locator("button.row-body").click()
    one.until("document.querySelector('.cover').dataset.kind === 'failed'")
    reader.look("a film that is gone")
    (library / "Gone.mp4").write_bytes(gone)
    reader.assert_nothing_found()


@DEVICES
def test_nothing_is_found_on_the_tvs_remote_and_when_somebody_asks_for_it(
    viewer: Make, observer: Observer, device: dict[str, Any]
) -> None:
    anna, ben = Queuer(viewer(device), "Anna"), Queuer(viewer(device), "Ben")
    reader, other = Reader(anna.viewer), Reader(ben.viewer)
    anna.open_tv()
    reader.look("a free TV")
    anna.page.keyboard.press("Escape")
    anna.viewer.row("Plain", "MP4").get_by_role("button", name="Play Plain on the TV").click()
    until(observer, lambda tv: tv["state"] == "playing")
    anna.open_tv()
    anna.until("document.body.dataset.tv === 'mine'")
    reader.look("remote")
    ben.open_tv()
    other.look("somebody else's TV")
    ben.page.get_by_label("Message").fill("the match begins")
    ben.press("Ask Anna for the TV")
    anna.prompt.wait_for()
    reader.look("prompt")
    other.look("asking")
    anna.press("Keep")
    ben.reads("Anna keeps the TV.")
    other.look("refused")
    reader.assert_nothing_found()
    other.assert_nothing_found()


@DEVICES
def test_nothing_is_found_while_the_daemon_is_away(
    browser: Browser, library: Path, tmp_path: Path, device: dict[str, Any]
) -> None:
    with room(library, tmp_path / "home") as mortal:
        one = Viewer(browser.new_context(**device).new_page(), mortal)
        one.pair()
        one.play("Plain", "MP4")
        mortal.stop()
        one.until("document.body.dataset.connection === 'waiting'")
        reader = Reader(one)
        reader.look("away")
        one.page.context.close()
        reader.assert_nothing_found()
