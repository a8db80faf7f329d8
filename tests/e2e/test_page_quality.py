"""A quality that is chosen while a film is converted is seen soon, and nothing stops for it: told by every picture."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.e2e import test_page, test_page_tracks
from tests.e2e.test_page import DESK, PHONE, Viewer
from tests.e2e.test_page_tracks import Chooser

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
library = test_page_tracks.library
running = test_page_tracks.running
Make = Callable[[dict[str, Any]], Viewer]
AHEAD = 20
"""Seconds that are fetched before another quality is chosen."""
SOON = 8_000
"""Milliseconds until it is seen: three seconds of the old one, the rest of a segment, and a busy machine."""
STANDS = 1_000
"""Milliseconds for which a picture may stand still meanwhile."""
PICTURES = """() => {
  const video = document.querySelector("video");
  window.pictures = [];
  const look = (now, { mediaTime, height }) => {
    window.pictures.push({ now, at: mediaTime, height });
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""
FULL = f"""[...Array(video.buffered.length).keys()].some((one) =>
  video.buffered.start(one) <= video.currentTime && video.buffered.end(one) > video.currentTime + {AHEAD})"""


def assert_seen_soon(one: Chooser, quality: str, height: int) -> None:
    """Choose a quality while much of the old one is fetched, and look at every picture until it is seen."""
    one.until(FULL)
    one.open("Quality")
    address, streams = one.page.evaluate("() => document.querySelector('video').src"), len(one.viewer.streams)
    one.page.evaluate("() => { window.pictures.length = 0; window.chosen = performance.now(); }")
    one.sheet.get_by_role("radio").filter(has_text=quality).first.click()
    one.until(f"window.pictures.at(-1)?.height === {height} && window.pictures.at(-1).now > window.chosen + 500")
    chosen, pictures = one.page.evaluate("() => [window.chosen, window.pictures]")
    seen = next(picture for picture in pictures if picture["height"] == height)
    after = [picture["height"] for picture in pictures if picture["at"] > seen["at"]]
    steps = [(after["now"] - before["now"], after["at"] - before["at"]) for before, after in pairwise(pictures)]
    figures = {"seen after": seen["now"] - chosen, "stood": max(wall for wall, _ in steps)}
    assert figures["seen after"] < SOON, figures
    assert figures["stood"] < STANDS, figures
    assert set(after) <= {height}, "the old one does not come back"
    rate = one.page.evaluate("() => document.querySelector('video').playbackRate")
    jumps = [(wall, film) for wall, film in steps if not 0 < film < 0.6 + rate * wall / 1000]
    assert jumps == [], "no second is lost, and none is seen twice"
    assert one.page.evaluate("() => document.querySelector('video').src") == address, "nothing is loaded anew"
    assert {told["stream_id"] for told in one.viewer.streams[streams:]} == {one.viewer.stream[0]}


def test_another_quality_of_a_converted_film_is_seen_soon_and_nothing_stands_still(viewer: Make) -> None:
    one = Chooser(viewer(DESK))
    one.play("Foreign", "MKV")
    one.page.evaluate(PICTURES)
    assert_seen_soon(one, "360p", 360)
    assert_seen_soon(one, "Original", 480)
    one.viewer.assert_goes_on(0.5)


def test_so_it_is_at_another_speed(viewer: Make) -> None:
    one = Chooser(viewer(PHONE))
    one.play("Foreign", "MKV")
    one.choose("Speed", "2×")
    one.until("video.playbackRate === 2")
    one.page.evaluate(PICTURES)
    assert_seen_soon(one, "360p", 360)
    one.viewer.assert_goes_on(0.5)
