"""The TV on the page: two phones, one daemon with a real VLC. Positions are compared by numbers, on both sides."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Locator, WebSocket, WebSocketRoute
from websockets.sync.client import ClientConnection, connect

from tests.daemon import Daemon, daemon
from tests.e2e import test_page
from tests.e2e.test_page import PHONE, Viewer
from tests.e2e.tv import room
from tests.waiting import LOOK_EVERY

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]
PANEL_BELOW = "(panel => panel.offsetTop + panel.offsetHeight)(document.querySelector('#tv-panel'))"
SAME = 1.0
"""Seconds within which two positions are the same."""


@pytest.fixture(scope="module")
def running(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a TV."""
    with room(library, tmp_path_factory.mktemp("home")) as one:
        yield one


class Observer:
    """Somebody who asks how the TV is, and frees it after each test."""

    def __init__(self, socket: ClientConnection, token: str) -> None:
        self._socket, self._count = socket, 0
        self.ask(
            "register",
            protocol=1,
            client_types=["server_playback"],
            name="Observer",
            auth={"device_token": token},
        )

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """A command's result."""
        self._count += 1
        self._socket.send(json.dumps({"jsonrpc": "2.0", "id": self._count, "method": method, "params": params}))
        while True:
            frame: dict[str, Any] = json.loads(self._socket.recv(timeout=10))
            if frame.get("id") == self._count:
                result: dict[str, Any] = frame["result"]
                return result

    def tv(self) -> dict[str, Any]:
        """The TV's status."""
        return self.ask("server_status")

    def position(self, at: float) -> float:
        """Where the TV is at a time of this process's clock."""
        line = self.tv()["timeline"]
        server_now = self.ask("ping")["clock"] + at - monotonic()
        moved: float = line["position"] + (server_now - line["at"]) * line["rate"] * line["playing"]
        return moved


@pytest.fixture
def observer(running: Daemon) -> Iterator[Observer]:
    """See there."""
    with observed(running) as one:
        yield one


@contextmanager
def observed(running: Daemon) -> Iterator[Observer]:
    """An observer, and afterwards a TV that is free and shows nothing."""
    with connect(f"ws://127.0.0.1:{running.port}/ws", subprotocols=["matinee.v1"]) as socket:  # type: ignore[list-item]
        one = Observer(socket, running.control.token)
        yield one
        lease = one.ask("request_takeover", override=True)["lease"]
        one.ask("server_stop", lease=lease)
        one.ask("release_authority", lease=lease)


class Phone:
    """Somebody's phone, with what it was told."""

    role = "owner"

    def __init__(self, viewer: Viewer, name: str, **storage: str) -> None:
        self.viewer, self.page, self.name = viewer, viewer.page, name
        self.frames: list[tuple[str, str]] = []
        kept = {"matinee.name": name, **storage}
        self.page.add_init_script(
            f"for (const [key, value] of Object.entries({json.dumps(kept)})) localStorage.setItem(key, JSON.stringify(value))"
        )
        self.page.on("websocket", self._on_socket)
        viewer.pair(self.role)

    def _on_socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self._heard(json.loads(frame)))

    def _heard(self, frame: dict[str, Any]) -> None:
        if frame.get("method") in ("screen_changed", "stream_changed"):
            self.frames.append((frame["method"], frame["params"]["state"]))

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        self.button(name).click()

    def open_tv(self) -> None:
        """The TV's panel, open."""
        if self.page.locator("#tv-panel").is_hidden():
            self.page.locator(".place-tv").click()

    def reads(self, text: str) -> None:
        """Wait until the message of the page, the one that is spoken, says so."""
        self.viewer.until(f"document.querySelector('.toast').textContent.includes({json.dumps(text)})")

    def until(self, condition: str) -> None:
        self.viewer.until(condition)

    def time(self) -> tuple[float, float]:
        """Where the player is, and when that was by this process's clock."""
        before = monotonic()
        at: float = self.page.evaluate("() => document.querySelector('video').currentTime")
        return at, (before + monotonic()) / 2

    @property
    def prompt(self) -> Locator:
        return self.page.get_by_role("alertdialog")


def until(observer: Observer, check: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The TV's status as soon as that is true of it."""
    end, pause = monotonic() + 15, threading.Event()
    while not check(status := observer.tv()):
        assert monotonic() < end, status
        pause.wait(LOOK_EVERY)  # polls what VLC does
    return status


def shows_another(item: dict[str, Any] | None, tv: dict[str, Any]) -> bool:
    """Whether a film plays that is not this one."""
    return bool(tv["state"] == "playing" and tv["item"] != item)


def test_the_tv_changes_hands_as_its_holder_says(viewer: Make, observer: Observer) -> None:
    anna, ben = Phone(viewer(PHONE), "Anna"), Phone(viewer(PHONE), "Ben")
    anna.open_tv()
    anna.press("Take the TV")
    anna.reads("The TV is yours.")
    ben.reads("Anna has the TV now.")
    anna.until("document.querySelector('.place-who').textContent.startsWith('You')")
    ben.until("document.querySelector('.place-who').textContent.startsWith('Anna')")
    anna.page.keyboard.press("Escape")
    anna.viewer.row("minute", "MP4").get_by_role("button", name="Play minute on the TV").click()
    until(observer, lambda tv: tv["state"] == "playing" and tv["title"] == "minute")
    ben.until("document.querySelector('.place-tv .place-now').textContent.includes('minute')")

    ben.open_tv()
    assert ben.button("Pause the TV").is_hidden()
    ben.page.get_by_label("Message").fill("the match begins")
    ben.press("Ask Anna for the TV")
    anna.prompt.wait_for()
    assert "Ben asks for the TV" in anna.prompt.inner_text()
    assert "“the match begins”" in anna.prompt.inner_text()
    assert anna.page.evaluate("() => document.activeElement.getAttribute('role')") == "alertdialog"
    assert anna.prompt.get_by_role("button").all_inner_texts() == ["Allow", "After this film", "Keep"]
    ben.until("/^Asking Anna … 1?[0-9] s$/.test(document.querySelector('.tv-wait').textContent)")
    anna.press("Keep")
    anna.prompt.wait_for(state="hidden")
    ben.reads("Anna keeps the TV.")

    anna.open_tv()
    ben.press("Ask Anna for the TV")
    anna.prompt.wait_for()
    anna.until(f"{PANEL_BELOW} <= document.querySelector('.prompt').offsetTop")
    ben.press("Cancel")
    anna.prompt.wait_for(state="hidden")
    anna.until(f"{PANEL_BELOW} === document.querySelector('.dock').offsetTop")
    anna.reads("Ben does not ask for the TV any more.")

    ben.press("Ask Anna for the TV")
    anna.prompt.wait_for()
    anna.press("After this film")
    ben.until("document.querySelector('.tv-wait').textContent === 'Anna gives you the TV after this film'")
    anna.open_tv()
    anna.press("Allow now")
    ben.reads("The TV is yours.")
    anna.reads("Ben has the TV now.")
    kept = "() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"
    assert "lease" not in ben.page.evaluate(kept)

    anna.press("Ask Ben for the TV")
    anna.reads("That was too soon. Try again in")
    anna.until("document.querySelector('.tv-form .primary').disabled")
    assert anna.button("Pause the TV").is_hidden()
    ben.press("Give the TV back")
    anna.reads("The TV is free.")
    assert observer.ask("get_authority")["state"] == "free"


def test_who_holds_the_tv_drives_it_and_who_types_is_not_interrupted(viewer: Make, observer: Observer) -> None:
    anna, ben = Phone(viewer(PHONE), "Anna"), Phone(viewer(PHONE), "Ben")
    ben.viewer.row("minute", "MP4").get_by_role("button", name="Play minute on the TV").click()
    until(observer, lambda tv: tv["state"] == "playing")
    ben.open_tv()
    ben.press("Pause the TV")
    stood = until(observer, lambda tv: tv["state"] == "paused")["timeline"]["position"]
    ben.press("TV 30 seconds forward")
    until(observer, lambda tv: abs(tv["timeline"]["position"] - stood - 30) < SAME)
    slider = ben.page.get_by_role("slider", name="Time on the TV")
    slider.fill("8")
    slider.dispatch_event("change")
    until(observer, lambda tv: abs(tv["timeline"]["position"] - 8) < SAME)
    ben.page.get_by_role("slider", name="Volume of the TV").fill("35")
    ben.press("Mute the TV")
    until(observer, lambda tv: (tv["volume"], tv["muted"]) == (35, True))
    ben.press("Sound of the TV on")
    ben.press("Play on the TV")
    until(observer, lambda tv: tv["state"] == "playing" and not tv["muted"])

    ben.button("Pause the TV").focus()
    ben.page.keyboard.press("k")
    until(observer, lambda tv: tv["state"] == "paused")

    ben.page.reload()
    ben.until("document.body.dataset.tv === 'mine'")
    ben.page.get_by_role("searchbox").fill("min")
    anna.open_tv()
    anna.press("Ask Ben for the TV")
    ben.prompt.wait_for()
    ben.until("document.querySelector('[role=alert].spoken').textContent.startsWith('Anna asks for the TV')")
    ben.page.keyboard.type("ute")
    assert ben.page.get_by_role("searchbox").input_value() == "minute"
    ben.press("Keep")
    anna.reads("Ben keeps the TV.")
    ben.open_tv()
    ben.press("Stop the TV")
    until(observer, lambda tv: tv["state"] == "idle")


def test_a_film_continues_here_at_the_same_second_and_the_holders_tv_stops_then(
    viewer: Make, observer: Observer
) -> None:
    anna, ben = Phone(viewer(PHONE), "Anna"), Phone(viewer(PHONE), "Ben")
    # It is free: the TV is asked for and the film put on in one step. The copied film first, then the encoded one.
    for guest, ending in ((True, "MP4"), (False, "MKV")):
        before = observer.tv().get("item")
        anna.viewer.row("minute", ending).get_by_role("button", name="Play minute on the TV").click()
        until(observer, partial(shows_another, before))
        anna.until("document.body.dataset.tv === 'mine'")
        phone = ben if guest else anna
        phone.open_tv()
        start = len(phone.frames)
        line, at = observer.position(monotonic()), monotonic()
        phone.press("Continue here")
        phone.reads("minute goes on here.")
        here, then = phone.time()
        off = here - (line + then - at)
        print(f"continue here, {ending}: {off:+.2f} s")
        assert abs(off) <= SAME
        if guest:
            assert abs(here - observer.position(then)) <= SAME
            assert observer.tv()["state"] == "playing", "it is not Ben's to stop"
            ben.press("Stop")
            ben.until("document.body.dataset.player === 'idle'")
        else:
            anna.until("document.querySelector('.place-tv .place-now').textContent === 'Nothing plays'")
            told = phone.frames[start:]
            assert told.index(("stream_changed", "playing")) < told.index(("screen_changed", "idle"))
            anna.viewer.assert_goes_on(0.5)


def test_a_film_goes_to_the_tv_at_the_same_second_and_ends_here_only_then(viewer: Make, observer: Observer) -> None:
    anna, ben = Phone(viewer(PHONE), "Anna"), Phone(viewer(PHONE), "Ben")
    anna.open_tv()
    anna.press("Take the TV")
    anna.reads("The TV is yours.")
    ben.viewer.row("minute", "MP4").get_by_role("button", name="minute 180p").click()
    ben.until("video.currentTime > 0.5 && !video.paused")
    ben.viewer.drag_to(20)
    ben.until("video.currentTime > 20.5 && !video.seeking")
    ben.press("Send to TV")
    anna.prompt.wait_for()
    ben.viewer.assert_goes_on(0.5)
    here, at = ben.time()
    start = len(ben.frames)
    anna.press("Allow")
    ben.reads("minute is on the TV.")
    now = monotonic()
    off = observer.position(now) - (here + now - at)
    print(f"send to TV: {off:+.2f} s")
    assert abs(off) <= SAME
    ben.until("document.body.dataset.player === 'idle'")
    told = ben.frames[start:]
    assert told.index(("screen_changed", "playing")) < told.index(("stream_changed", "idle"))


def test_a_film_that_was_asked_for_with_the_tv_is_shown_before_it_changes_hands(
    viewer: Make, observer: Observer
) -> None:
    anna, ben = Phone(viewer(PHONE), "Anna"), Phone(viewer(PHONE), "Ben")
    anna.viewer.row("minute", "MP4").get_by_role("button", name="Play minute on the TV").click()
    anna.until("document.body.dataset.tv === 'mine'")
    ben.viewer.row("encode", "MKV").get_by_role("button", name="Play encode on the TV").click()
    anna.prompt.wait_for()
    assert "To watch: encode" in anna.prompt.inner_text()
    assert observer.tv()["title"] == "minute"
    anna.press("Allow")
    ben.reads("The TV is yours.")
    assert observer.tv()["title"] == "encode"
    anna.prompt.wait_for(state="hidden")


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("stale_lease", {}, "The TV has changed hands, so nothing was changed."),
    ("takeover_in_progress", {}, "Try again in a few seconds."),
    ("screen_failed", {}, "The TV could not show that and goes on as before."),
    ("rate_limited", {"retry_after_s": 2.3}, "That was too soon. Try again in 3 s."),
]


def test_what_the_daemon_refuses_is_told_in_words_and_taken_back(viewer: Make, observer: Observer) -> None:
    one = viewer(PHONE)
    refusals = [refusal[:2] for refusal in REFUSALS for _ in ("pause", "volume")]

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def on_frame(text: str | bytes) -> None:
            frame = json.loads(text)
            if frame["method"] not in ("server_pause", "server_set_volume"):
                server.send(text)
                return
            name, data = refusals.pop(0)
            error = {"code": -1, "message": "no", "data": {"name": name, "retryable": True, **data}}
            socket.send(json.dumps({"jsonrpc": "2.0", "id": frame["id"], "error": error}))

        socket.on_message(on_frame)

    one.page.route_web_socket("**/ws", between)
    anna = Phone(one, "Anna")
    anna.viewer.row("minute", "MP4").get_by_role("button", name="Play minute on the TV").click()
    anna.until("document.body.dataset.tv === 'mine'")
    anna.open_tv()
    anna.until("document.querySelector('.tv-state').textContent.startsWith('Playing')")
    volume = observer.tv()["volume"]
    for _, _, words in REFUSALS:
        anna.press("Pause the TV")
        anna.reads(words)
        anna.button("Pause the TV").wait_for()
        slider = anna.page.get_by_role("slider", name="Volume of the TV")
        slider.fill("7")
        anna.until(f"document.querySelector('.tv-sound .range').value === '{volume}'")
    assert observer.tv()["state"] == "playing"


def test_without_a_screen_one_line_says_why(browser: Any, library: Path, tmp_path: Path) -> None:
    with daemon(library, tmp_path / "home") as running:
        one = Viewer(browser.new_context(**PHONE, locale="de-DE").new_page(), running)
        one.pair()
        one.until("document.querySelector('.tv-off').textContent.startsWith('Der Fernseher ist hier ausgeschaltet. ')")
        assert one.page.locator(".dock").is_hidden()
        assert one.page.locator(".row-tv").first.is_hidden()
        assert one.page.evaluate("() => document.documentElement.lang") == "de"
        one.page.context.close()
        assert one.troubles == []
