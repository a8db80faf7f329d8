"""Suggestions on the page: a guest would like the TV to do something, and who has it says yes or no with one tap."""

from __future__ import annotations

import pytest

from tests.e2e import test_page_queue
from tests.e2e.test_page import PHONE
from tests.e2e.test_page_queue import Make, Queuer
from tests.e2e.test_page_screen import PANEL_BELOW, Observer, until

pytestmark = pytest.mark.alone

browser = test_page_queue.browser
library = test_page_queue.library
observer = test_page_queue.observer
running = test_page_queue.running
viewer = test_page_queue.viewer


class Guest(Queuer):
    """Somebody who is only here tonight."""

    role = "guest"

    def suggest(self, what: str) -> None:
        self.press("Suggest")
        self.page.get_by_role("menuitem", name=what, exact=True).click()


def test_a_guest_suggests_and_the_holder_answers_with_one_tap(viewer: Make, observer: Observer) -> None:
    anna, ben = Queuer(viewer(PHONE), "Anna"), Guest(viewer(PHONE), "Ben")
    anna.viewer.row("Minute", "MP4").get_by_role("button", name="Play Minute on the TV").click()
    until(observer, lambda tv: tv["state"] == "playing")
    volume = observer.tv()["volume"]
    ben.open_tv()
    ben.suggest("Softer")
    ben.reads("Suggested. There are")
    wish = anna.page.locator(".wish")
    wish.wait_for()
    assert "Ben suggests" in wish.inner_text()
    assert "Softer" in wish.inner_text()
    anna.open_tv()
    anna.until(f"{PANEL_BELOW} <= document.querySelector('.wish').offsetTop")
    anna.press("Mute the TV")
    anna.viewer.page.evaluate("() => import('./toast.js').then(({ toast }) => toast('A film was added.'))")
    anna.until("document.querySelector('.toast').offsetHeight > 20")
    assert anna.page.evaluate("() => document.querySelector('.toast').offsetHeight") < 80
    anna.press("Sound of the TV on")
    anna.page.keyboard.press("Escape")
    wish.get_by_role("button", name="Yes").click()
    ben.reads("Softer: Anna said yes.")
    wish.wait_for(state="hidden")
    assert observer.tv()["volume"] < volume

    ben.suggest("Skip this film")
    wish.get_by_role("button", name="No").click()
    ben.reads("Skip this film: Anna said no.")
    ben.suggest("Pause")
    wish.wait_for()
    ben.press("Take back")
    anna.reads("Ben took it back: Pause.")
    wish.wait_for(state="hidden")

    ben.page.keyboard.press("Escape")
    ben.choose("Three", "Suggest to Anna: play it")
    wish.get_by_role("button", name="Yes").click()
    ben.reads("Play Three: Anna said yes.")
    until(observer, lambda tv: tv["title"] == "Three")
    ben.show("server")
    assert "Only who has the TV changes this order." in ben.sheet.inner_text()
    assert ben.sheet.get_by_role("button", name="Remove Three").is_hidden()
