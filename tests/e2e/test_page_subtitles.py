"""Subtitles on the page, by the second of the film at which they come and go, whatever the player's speed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import subtitled
from tests.daemon import Daemon, daemon
from tests.e2e import test_page
from tests.e2e.test_page import DESK, Viewer
from tests.e2e.test_page_tracks import Chooser

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]
NEAR = 0.2
"""Seconds of film by which a line may come or go too early or too late."""
LINES = """() => {
  const [place, video] = [document.querySelector(".subtitles"), document.querySelector("video")];
  let before = new Set();
  window.lines = [];
  new MutationObserver(() => {
    const now = new Set([...place.querySelectorAll(".cue")].map((one) => one.textContent));
    for (const line of now) if (!before.has(line)) window.lines.push([line, "comes", video.currentTime]);
    for (const line of before) if (!now.has(line)) window.lines.push([line, "goes", video.currentTime]);
    before = now;
  }).observe(place, { childList: true, subtree: true });
}"""
SPOKEN = {f"{number} & more": {"comes": cue.start, "goes": cue.end} for number, cue in enumerate(subtitled.SPOKEN)}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a film that says something every three seconds."""
    folder = tmp_path_factory.mktemp("spoken")
    shutil.copyfile(subtitled.make("srt"), folder / "Spoken.mkv")
    with daemon(folder, tmp_path_factory.mktemp("home")) as one:
        yield one


def reading(viewer: Viewer) -> Chooser:
    """A viewer who plays the film and reads its subtitles."""
    one = Chooser(viewer)
    viewer.play("Spoken", "MKV")
    one.page.keyboard.press("c")
    one.until("document.querySelector('.cue')")
    return one


@pytest.mark.parametrize("rate", [0.5, 2, 3])
def test_a_line_comes_and_goes_at_its_second_at_any_speed(viewer: Make, rate: float) -> None:
    one = reading(viewer(DESK))
    one.choose("Speed", f"{rate}×")
    one.close()
    one.viewer.drag_to(77)
    one.until("video.currentTime > 77.1 && video.currentTime < 78 && !video.seeking")
    one.page.evaluate(LINES)
    one.until(f"window.lines.length >= {2 if rate < 1 else 6} && video.playbackRate === {rate}")
    told = one.page.evaluate("() => window.lines")
    for line, what, at in told:
        assert at == pytest.approx(SPOKEN[line][what], abs=NEAR), told
