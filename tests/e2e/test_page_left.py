"""The page offers to go on with what was left, and says what was watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.e2e import test_page
from tests.e2e.test_page import DESK, PHONE, Viewer

pytestmark = pytest.mark.alone

browser = test_page.browser
library = test_page.library
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]
LEFT = "document.querySelectorAll('.left .row').length === {count}"


def main_button(row: Locator) -> Locator:
    return row.locator("button.row-body")


def leave(one: Viewer, title: str, ending: str, position: float) -> None:
    """Watch a film from a position on for a moment, and stop it."""
    one.play(title, ending)
    one.drag_to(position)
    one.until(f"video.currentTime > {position + 0.3} && !video.seeking")
    one.press("Stop")
    one.until("document.body.dataset.player === 'idle'")


def test_a_film_that_was_left_goes_on_there_or_from_the_start(viewer: Make) -> None:
    phone = viewer(PHONE)
    phone.pair()
    assert phone.page.locator(".left").is_hidden()
    leave(phone, "long", "MKV", 300)
    phone.until(LEFT.format(count=1))
    assert phone.page.get_by_role("heading", name="Continue watching").is_visible()
    row, left = phone.row("long", "MKV"), phone.page.locator(".left .row")
    for one in (row, left):
        main_button(one).get_by_text("Go on at 5:0").wait_for()

    main_button(left).click()
    phone.until("video.currentTime > 300.5 && video.currentTime < 320 && !video.paused")
    assert left.get_attribute("aria-current") == row.get_attribute("aria-current") == "true"
    row.get_by_role("button", name="Play long from the start").click()
    phone.until("video.currentTime > 0.5 && video.currentTime < 30 && !video.paused")
    phone.press("Stop")
    phone.until("document.body.dataset.player === 'idle'")
    main_button(row).get_by_text("Go on at 5:").wait_for()

    phone.page.reload()
    phone.until(LEFT.format(count=1))
    phone.page.get_by_role("searchbox").fill("minute")
    phone.until(LEFT.format(count=0))


def test_a_film_that_was_watched_is_marked_and_nothing_of_it_is_left(viewer: Make) -> None:
    desk = viewer(DESK)
    desk.pair()
    leave(desk, "minute", "MP4", 30)
    desk.until(LEFT.format(count=1))
    row = desk.row("minute", "MP4")
    main_button(row).click()
    desk.until("video.currentTime > 30.5 && !video.paused")
    desk.drag_to(57)
    desk.until("video.ended")
    desk.press("Stop")
    row.get_by_text("Watched").wait_for()
    desk.until(LEFT.format(count=0))
    assert row.locator(".row-start").count() == 0
