"""The line of those for whom a film has to be made, on the page: a box that makes one film at a time, and several devices."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, WebSocketRoute

from tests.daemon import Daemon, daemon
from tests.e2e import test_page
from tests.e2e.test_page import DESK, PHONE, Viewer
from tests.e2e.test_page_away import Relay
from tests.e2e.test_page_axe import DEVICES, Reader
from tests.e2e.test_page_left import leave, main_button
from tests.e2e.test_page_tracks import X264, film

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]
NEXT, SECOND = "You are next in line", "You are number 2 in line"
STATED = "document.body.dataset.player === %s"


@pytest.fixture(scope="module")
def library(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute and ten minutes that have to be made, and a minute with a larger picture that need not."""
    folder = tmp_path_factory.mktemp("waiting-library")
    os.link(library / "encode.mkv", folder / "encode.mkv")
    os.link(library / "minute.mkv", folder / "minute.mkv")
    loop = ["ffmpeg", "-nostdin", "-v", "error", "-stream_loop", "9", "-i", str(library / "minute.mkv")]
    subprocess.run([*loop, "-c", "copy", str(folder / "long.mkv")], check=True, timeout=60)
    film(folder / "Plain.mp4", X264, ["-c:a", "aac"])
    return folder


@pytest.fixture(scope="module")
def running(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that makes one film at a time, and lets those who watch the same share it."""
    env = {"MATINEE_ENCODERS": "1", "MATINEE_SHARE": "1"}
    with daemon(library, tmp_path_factory.mktemp("home"), env=env) as one:
        yield one


class Waiter:
    """Somebody who may have to wait; `parts` are the segments that the page asked for."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer, self.page, self.until, self.press = viewer, viewer.page, viewer.until, viewer.press
        self.parts: list[str] = []
        self.page.on("request", lambda request: self._asked(request.url))
        viewer.pair()

    def _asked(self, url: str) -> None:
        if "/hls/" in url and not url.endswith((".m3u8", ".vtt")):
            self.parts.append(url)

    @property
    def card(self) -> Locator:
        return self.page.locator(".wait-card")

    def choose(self, title: str, ending: str) -> None:
        """Put a film on."""
        self.viewer.row(title, ending).locator("button.row-body").click()

    def reads(self, words: str) -> None:
        """The card says so, and nothing else is to be seen of the film."""
        self.card.get_by_text(words, exact=True).wait_for()
        assert self.page.evaluate("() => document.body.dataset.player") == "waiting"
        assert self.page.locator(".cover").is_hidden()
        assert self.page.evaluate("() => document.querySelector('video').hasAttribute('src')") is False

    def heard(self) -> str:
        """What a screen reader was given last."""
        return self.page.locator(".wait > .spoken").inner_text()

    def sees_it_play(self) -> None:
        self.until("video.currentTime > 0.5 && !video.paused")
        assert self.card.is_hidden()


@pytest.fixture
def busy(viewer: Make) -> Waiter:
    """Somebody whose long film is being made: until they stop, or leave."""
    one = Waiter(viewer(DESK))
    one.viewer.play("long", "MKV")
    return one


def test_the_place_is_shown_and_the_film_begins_by_itself_when_it_is_its_turn(viewer: Make, busy: Waiter) -> None:
    ben, cleo = Waiter(viewer(PHONE)), Waiter(viewer(DESK))
    ben.choose("minute", "MKV")
    ben.reads(NEXT)
    assert ben.heard().startswith(NEXT)
    assert ben.card.locator(".wait-film").inner_text() == "minute"
    assert ben.page.get_by_role("button", name="Play", exact=True).is_disabled()
    cleo.choose("encode", "MKV")
    cleo.reads(SECOND)
    assert cleo.heard().startswith(SECOND)
    ben.press("Leave the line")
    ben.until(STATED % "'idle'")
    assert ben.card.is_hidden()
    cleo.reads(NEXT)
    assert cleo.heard().startswith(NEXT)
    assert ben.parts == cleo.parts == [], "nothing is asked for that is not made"

    busy.press("Stop")
    cleo.sees_it_play()
    assert cleo.heard() == ""
    cleo.viewer.assert_goes_on()


def test_a_film_begins_where_it_was_to_begin_or_where_somebody_moved_it_meanwhile(viewer: Make, busy: Waiter) -> None:
    ben = Waiter(viewer(DESK))
    ben.choose("minute", "MKV")
    ben.reads(NEXT)
    ben.viewer.drag_to(30)
    ben.page.keyboard.press("ArrowRight")
    ben.page.keyboard.press("k")
    assert ben.page.get_by_role("slider", name="Position").input_value() == "40"
    ben.reads(NEXT)
    busy.press("Stop")
    ben.until("video.currentTime > 40.5 && video.currentTime < 50 && !video.paused")


def test_after_a_reload_the_card_is_there_again_with_the_same_place(viewer: Make, busy: Waiter) -> None:
    ben, cleo = Waiter(viewer(PHONE)), Waiter(viewer(PHONE))
    ben.choose("minute", "MKV")
    ben.reads(NEXT)
    cleo.choose("encode", "MKV")
    cleo.reads(SECOND)
    same = ben.viewer.stream[0]
    ben.page.reload()
    ben.reads(NEXT)
    assert ben.viewer.answers[-1]["resumed"] is True
    assert ben.card.locator(".wait-film").inner_text() == "minute"
    assert ben.viewer.stream[0] == same
    assert ben.parts == []
    busy.press("Stop")
    ben.sees_it_play()
    assert ben.viewer.stream[0] == same


def test_a_connection_that_breaks_does_not_lose_the_place(viewer: Make, browser: Browser, busy: Waiter) -> None:
    running = busy.viewer.daemon
    relay = Relay(running.port)
    thread = threading.Thread(target=relay.run)
    thread.start()
    ben = Viewer(browser.new_context(**DESK).new_page(), replace(running, url=f"http://127.0.0.1:{relay.port}"))
    ben.forgives = "net::ERR_"
    one = Waiter(ben)
    one.choose("minute", "MKV")
    one.reads(NEXT)
    same, registered = ben.stream[0], len(ben.answers)
    relay.speak()
    one.until("document.body.dataset.connection !== 'connected'")
    assert one.card.is_visible()
    one.press("Leave the line")
    one.until("document.body.innerText.includes('You are not connected, so nothing was done.')")
    one.until("document.body.dataset.connection === 'connected'")
    one.reads(NEXT)
    busy.press("Stop")
    one.sees_it_play()
    assert ben.stream[0] == same
    assert len(ben.answers) > registered
    assert ben.answers[-1]["resumed"] is True
    one.press("Stop")  # what is made of a film would be there for the next who asks for it
    one.until(STATED % "'idle'")
    one.page.context.close()
    relay.stop()
    thread.join()
    assert [trouble for trouble in ben.troubles if "WebSocket" not in trouble] == []


def test_what_is_made_for_somebody_else_can_be_joined_at_their_place(viewer: Make) -> None:
    busy = Waiter(viewer(DESK))
    leave(busy.viewer, "long", "MKV", 300)
    main_button(busy.page.locator(".left .row")).click()
    busy.until("video.currentTime > 301 && !video.paused")
    ben = Waiter(viewer(PHONE))
    ben.choose("long", "MKV")
    ben.reads(NEXT)
    join = ben.card.get_by_role("button", name="Join at 5:")
    join.wait_for()
    assert "You can watch in another way now." in ben.heard()
    join.focus()
    ben.page.keyboard.press("Enter")
    ben.until("video.currentTime > 301 && video.currentTime < 360 && !video.paused")
    assert ben.card.is_hidden()
    assert ben.page.locator(".now-title").inner_text() == "long"
    ben.viewer.assert_goes_on(0.5)
    busy.viewer.assert_goes_on(0.5)


def test_who_plays_goes_on_in_a_smaller_picture_and_is_not_put_back(viewer: Make, busy: Waiter) -> None:
    ben = Waiter(viewer(DESK))
    ben.viewer.play("Plain", "MP4")
    ben.until("video.currentTime > 6")
    ben.press("Sound, subtitles, quality")
    ben.page.get_by_role("button").filter(has_text="Quality").click()
    ben.page.locator(".sheet[open]").get_by_role("radio").filter(has_text="360p").click()
    ben.until("video.videoHeight === 360")
    ben.page.keyboard.press("Escape")
    assert ben.card.is_hidden()
    ben.viewer.assert_goes_on()
    busy.viewer.assert_goes_on(0.5)


class Between:
    """Stands between a page and the daemon: what is told of the stream is this test's word while it is `silent`."""

    def __init__(self, viewer: Viewer) -> None:
        self.silent = False
        self.page: WebSocketRoute | None = None
        self.last: dict[str, Any] = {}
        viewer.page.route_web_socket("**/ws", self._between)

    def _between(self, socket: WebSocketRoute) -> None:
        self.page, daemon = socket, socket.connect_to_server()
        socket.on_message(daemon.send)
        daemon.on_message(self._on_message)

    def _on_message(self, message: str | bytes) -> None:
        frame = json.loads(message)
        told = frame.get("method") == "stream_changed"
        if told:
            self.last = frame
        if self.page and not (told and self.silent):
            self.page.send(message)

    def tell(self, **news: Any) -> None:
        """Say this of the stream."""
        assert self.page
        self.silent = True
        self.page.send(json.dumps({**self.last, "params": {**self.last["params"], **news}}))

    def warn(self, name: str, detail: str) -> None:
        """Say that something will hurt everybody."""
        assert self.page
        about = {"seq": self.last["params"]["seq"], "name": name, "detail": detail}
        self.page.send(json.dumps({"jsonrpc": "2.0", "method": "server_warning", "params": about}))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("overload", "Matinee converts as many films as it can. Who starts one now may have to wait in line."),
        ("disk_low", "The disk of the Matinee machine is nearly full. What is watched becomes smaller, or stops."),
        ("news", "As the daemon says it."),
    ],
)
def test_what_will_hurt_everybody_is_said_in_passing(viewer: Make, name: str, said: str) -> None:
    one = viewer(PHONE)
    between = Between(one)
    ben = Waiter(one)
    ben.viewer.play("minute", "MKV")
    between.warn(name, "As the daemon says it.")
    ben.page.locator(".toast-shown").get_by_text(said, exact=True).wait_for()


def test_a_film_that_plays_and_comes_into_line_again_goes_on_as_long_as_there_is_something_to_play(
    viewer: Make,
) -> None:
    one = viewer(PHONE)
    between = Between(one)
    ben = Waiter(one)
    ben.viewer.play("long", "MKV")
    ben.until("video.buffered.length && video.buffered.end(0) > video.currentTime + 5")
    between.tell(state="waiting", waiting={"position": 3, "eta_s": 300, "offers": []})
    ben.viewer.assert_goes_on(0.5)
    assert ben.card.is_hidden()
    assert ben.page.evaluate("() => document.body.dataset.player") == "ready"
    ben.page.evaluate("() => { document.querySelector('video').playbackRate = 8; }")
    ben.card.get_by_text("You are number 3 in line", exact=True).wait_for()
    assert ben.card.get_by_text("about 5 minutes", exact=True).is_visible()
    assert ben.page.locator(".cover").is_hidden()
    parts = len(ben.parts)
    between.tell(state="waiting", waiting={"position": 3, "eta_s": 240, "offers": []})
    ben.card.get_by_text("about 4 minutes", exact=True).wait_for()
    assert "about 5 minutes" in ben.heard(), "the time alone is not said again"
    between.tell(state="waiting", waiting={"position": 1, "eta_s": 4, "offers": []})
    ben.card.get_by_text("any moment now", exact=True).wait_for()
    assert ben.heard().startswith(f"{NEXT}, any moment now")
    assert len(ben.parts) == parts
    between.tell(state="playing")
    ben.card.wait_for(state="hidden")
    ben.viewer.assert_goes_on()


def test_offers_come_and_go_and_the_focus_stays(viewer: Make, busy: Waiter) -> None:
    one = viewer(DESK)
    between = Between(one)
    ben = Waiter(one)
    ben.choose("minute", "MKV")
    ben.reads(NEXT)
    smaller = [
        {"kind": "quality", "quality": quality, "delivery": "hls", "position": 0}
        for quality in ("720p", "480p", "360p")
    ]
    file = {"kind": "direct", "quality": "auto", "delivery": "auto", "position": 0}
    join = {"kind": "join", "quality": "auto", "delivery": "hls", "position": 754}
    between.tell(waiting={"position": 1, "offers": [*smaller[1:], join]})
    offers = ben.card.locator(".wait-offers button")
    assert offers.all_inner_texts() == ["Watch in 480p now", "Watch in 360p now", "Join at 12:34"]
    assert ben.card.locator(".wait-time").inner_text() == ""
    offers.nth(1).focus()
    between.tell(waiting={"position": 1, "offers": [*smaller, {**join, "position": 760}]})
    assert offers.all_inner_texts() == [
        "Watch in 720p now", "Watch in 480p now", "Watch in 360p now", "Join at 12:40",
    ]  # fmt: skip
    focused = "() => document.activeElement.textContent"
    assert ben.page.evaluate(focused) == "Watch in 360p now"
    between.tell(waiting={"position": 1, "offers": [file, *smaller[:2]]})
    assert offers.all_inner_texts() == ["Play the file as it is", "Watch in 720p now", "Watch in 480p now"]
    assert ben.page.evaluate(focused) == "Leave the line"


def test_what_cannot_be_had_after_all_leaves_the_place_as_it_is(viewer: Make, busy: Waiter) -> None:
    one = viewer(DESK)
    between = Between(one)
    ben = Waiter(one)
    ben.choose("minute", "MKV")
    ben.reads(NEXT)
    same = one.stream[0]
    gone = {"kind": "quality", "quality": "999p", "delivery": "hls", "position": 0}
    between.tell(waiting={"position": 1, "offers": [gone]})
    ben.press("Watch in 999p now")
    ben.page.locator(".toast-shown").wait_for()
    between.silent = False
    ben.reads(NEXT)
    busy.press("Stop")
    ben.sees_it_play()
    assert one.stream[0] == same


@DEVICES
def test_axe_finds_nothing_on_the_card_and_all_of_it_can_be_reached(
    viewer: Make, busy: Waiter, device: dict[str, Any]
) -> None:
    one = viewer(device)
    between = Between(one)
    ben, reader = Waiter(one), Reader(one)
    ben.choose("minute", "MKV")
    ben.reads(NEXT)
    reader.look("in line")
    offers = [{"kind": "quality", "quality": quality, "delivery": "hls", "position": 0} for quality in ("480p", "360p")]
    between.tell(waiting={"position": 2, "eta_s": 45, "offers": offers})
    ben.card.get_by_text("about 45 seconds", exact=True).wait_for()
    reader.look("with offers")
    reader.assert_nothing_found()
    for button in ben.card.get_by_role("button").all():
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= device["viewport"]["width"]
        button.click(trial=True)


def test_the_card_speaks_german(browser: Browser, busy: Waiter) -> None:
    one = Viewer(browser.new_context(**PHONE, locale="de-DE").new_page(), busy.viewer.daemon)
    ben = Waiter(one)
    ben.choose("minute", "MKV")
    ben.card.get_by_text("Du bist als Nächstes dran", exact=True).wait_for()
    ben.press("Schlange verlassen")
    ben.until(STATED % "'idle'")
    one.page.context.close()
    assert one.troubles == []
