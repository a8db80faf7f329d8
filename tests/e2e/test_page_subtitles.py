"""Subtitles on the page, by the second of the film at which they come and go, whatever the player's speed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import subtitled
from tests.daemon import Daemon, daemon
from tests.e2e import test_page
from tests.e2e.test_page import DESK, PHONE, Viewer
from tests.e2e.test_page_native import WITHOUT_MEDIA_SOURCE
from tests.e2e.test_page_tracks import Chooser

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]
NEAR, LATE = 0.2, 0.3
"""Seconds of film by which a line may come or go too early, and seconds by which a busy machine may show it too late."""
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
        assert -NEAR <= at - SPOKEN[line][what] <= LATE * max(1, rate), told


def takes_the_picture(one: Chooser, system: bool) -> None:
    """What an iPhone tells when its own full screen begins or ends."""
    one.page.evaluate(
        """(system) => {
          const video = document.querySelector("video");
          Object.defineProperty(video, "webkitDisplayingFullscreen", { value: system, configurable: true });
          video.dispatchEvent(new Event(system ? "webkitbeginfullscreen" : "webkitendfullscreen"));
        }""",
        system,
    )


MODES = "[...video.textTracks].map(({ mode }) => mode).join()"


def test_where_the_system_has_the_picture_the_player_shows_the_text_and_the_page_does_not(viewer: Make) -> None:
    one = reading(viewer(PHONE))
    one.viewer.drag_to(56)
    one.until(f"video.currentTime > 56 && document.querySelector('.cue') && {MODES} === 'hidden'")
    takes_the_picture(one, system=True)
    one.until(f"{MODES} === 'showing' && video.textTracks[0].activeCues.length > 0 && !document.querySelector('.cue')")
    one.page.evaluate("() => { document.querySelector('video').textTracks[0].mode = 'disabled'; }")
    one.viewer.press("Pause")
    one.until("video.paused")
    one.viewer.press("Play")
    one.viewer.assert_goes_on(0.5)
    assert (
        one.page.evaluate(f"() => {{ const video = document.querySelector('video'); return {MODES}; }}") == "disabled"
    )
    takes_the_picture(one, system=False)
    one.until(f"{MODES} === 'hidden' && document.querySelector('.cue')")


def test_so_it_is_where_the_browser_plays_by_itself(viewer: Make) -> None:
    phone = viewer(PHONE)
    phone.page.add_init_script(WITHOUT_MEDIA_SOURCE)
    one = Chooser(phone)
    one.viewer.play("Spoken", "MKV")
    one.page.keyboard.press("c")
    one.page.evaluate(
        """() => {
          const track = document.querySelector("video").addTextTrack("subtitles", "English", "en");
          track.addCue(new VTTCue(0, 130, "of the stream"));
        }"""
    )
    one.until(f"{MODES} === 'hidden' && document.querySelector('.cue')?.textContent === 'of the stream'")
    takes_the_picture(one, system=True)
    one.until(f"{MODES} === 'showing' && !document.querySelector('.cue')")
    takes_the_picture(one, system=False)
    one.until(f"{MODES} === 'hidden' && document.querySelector('.cue')")
    one.page.keyboard.press("c")
    one.until(f"{MODES} === 'disabled' && !document.querySelector('.cue')")
