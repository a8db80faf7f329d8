"""Sound, subtitles and speed of the film on the TV, chosen by who holds it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import Daemon
from tests.e2e import test_page
from tests.e2e.axe import problems
from tests.e2e.test_page import PHONE, Viewer
from tests.e2e.test_page_tracks import SHEET, X264, film
from tests.e2e.tv import room

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One film in two languages."""
    folder = tmp_path_factory.mktemp("tv-tracks-library")
    film(folder / "Plain.mp4", X264, ["-c:a", "aac"])
    return folder


@pytest.fixture(scope="module")
def running(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a TV."""
    with room(library, tmp_path_factory.mktemp("home")) as one:
        yield one


def test_who_holds_the_tv_chooses_its_sound_its_subtitles_and_its_speed(viewer: Make) -> None:
    one, told = viewer(PHONE), []
    one.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(json.loads(frame))))
    one.pair()
    one.until("document.body.dataset.tv === 'there'")
    one.press("Play Plain on the TV")
    one.until("document.body.dataset.tv === 'mine'")
    one.page.locator(".place-tv").click()
    one.page.locator(".tv-tune").click()
    sheet = one.page.locator(".sheet-tv")
    for page, name in (("Sound", "German"), ("Subtitles", "English"), ("Speed", "2×")):
        sheet.get_by_role("button").filter(has_text=page).click()
        sheet.get_by_role("radio").filter(has_text=name).click()
        one.until(f"document.querySelector('.sheet-tv [aria-checked=true]').textContent.includes('{name}')")
        assert problems(one.page, SHEET) == []
        one.press("Back")
    one.until(
        "[...document.querySelectorAll('.sheet-tv .sheet-value')].map((one) => one.textContent).join() === 'German,English,2×'"
    )
    shown = [
        frame["params"] for frame in told if frame.get("method") == "screen_changed" and "tracks" in frame["params"]
    ][-1]
    assert [track["selected"] for track in shown["tracks"]["audio"]] == [False, True]
    assert [track["selected"] for track in shown["tracks"]["subtitles"]] == [True]
    assert shown["timeline"]["rate"] == 2
    one.page.keyboard.press("Escape")
    one.page.get_by_role("button", name="Stop the TV").click()
    one.page.get_by_role("button", name="Give the TV back").click()
    one.until("document.body.dataset.tv === 'there'")
