"""The page in a real Chromium, against a real daemon. Playback is judged by numbers, and every console error fails.

Conditions on the page are awaited inside it: the page's own policy (no eval) is in force, and Playwright's
`wait_for_function` with polling would break it.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, WebSocket, sync_playwright

from tests.daemon import Daemon

pytestmark = pytest.mark.alone

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PATIENCE = 30_000
"""Milliseconds; the machine may be busy with everything else."""
NUMBERS = """() => {
  const video = document.querySelector("video");
  return {
    at: video.currentTime,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    sound: video.webkitAudioDecodedByteCount,
  };
}"""
UNTIL = """([condition, patience]) => new Promise((resolve, reject) => {
  const video = document.querySelector("video");
  const end = performance.now() + patience;
  const look = () => {
    if (CONDITION) resolve();
    else if (performance.now() > end) reject(new Error(`not within ${patience} ms: ${condition}`));
    else setTimeout(look, 30);
  };
  look();
})"""


@dataclass
class Viewer:
    """A device with the page open, and all that went wrong on it."""

    page: Page
    daemon: Daemon
    troubles: list[str] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    streams: list[dict[str, Any]] = field(default_factory=list)
    forgives: str = "nothing"
    """Part of what the console may say."""

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("websocket", self._on_socket)

    def pair(self, role: str = "owner") -> None:
        """Open the link with a code, as the QR code does."""
        self.page.goto(f"{self.daemon.url}/#pair={self.daemon.pair(role)}")
        self.until("document.querySelector('.row')")

    def until(self, condition: str) -> None:
        """Wait until a JavaScript expression holds; `video` is the player."""
        self.page.evaluate(UNTIL.replace("CONDITION", condition), [condition, PATIENCE])

    def row(self, title: str, ending: str) -> Locator:
        """The row of a film."""
        return self.page.locator(".row").filter(has_text=title).filter(has_text=ending)

    def play(self, title: str, ending: str) -> None:
        """Choose a film and see it move."""
        self.row(title, ending).locator("button.row-body").click()
        self.until("video.currentTime > 0.5 && !video.paused")

    def press(self, name: str) -> None:
        """Press one of the player's buttons by the name that a screen reader says."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def drag_to(self, position: float) -> None:
        """Let the scrubber go at a position."""
        slider = self.page.get_by_role("slider", name="Position")
        slider.fill(str(position))
        slider.dispatch_event("change")

    def numbers(self) -> dict[str, float]:
        """What the decoder has done."""
        found: dict[str, float] = self.page.evaluate(NUMBERS)
        return found

    def assert_goes_on(self, seconds: float = 1.0) -> None:
        """Time passes, pictures are decoded, and sound is."""
        before = self.numbers()
        self.until(f"video.currentTime > {before['at'] + seconds}")
        after = self.numbers()
        assert after["frames"] > before["frames"]
        assert after["sound"] > before["sound"]

    @property
    def stream(self) -> tuple[str, int, int]:
        """The stream as the daemon last told this page: its id, epoch and restarts."""
        last = self.streams[-1]
        return last["stream_id"], last["epoch"], last["encoder"]["restarts"]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and self.forgives not in message.text:
            self.troubles.append(f"{message.type}: {message.text} at {message.location}")

    def _on_socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self._heard(json.loads(frame)))

    def _heard(self, frame: dict[str, Any]) -> None:
        told = frame.get("params") or frame.get("result") or {}
        if "resumed" in told:
            self.answers.append(told)
        if "stream_id" in told and "epoch" in told and "encoder" in told:
            self.streams.append(told)


@pytest.fixture(scope="module")
def library(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The films that all tests have, and `long.mkv`: ten minutes, so that most of it is never made."""
    folder = tmp_path_factory.mktemp("page-library")
    for film in library.iterdir():
        os.link(film, folder / film.name)
    loop = ["ffmpeg", "-nostdin", "-v", "error", "-stream_loop", "9", "-i", str(library / "minute.mkv")]
    subprocess.run([*loop, "-c", "copy", str(folder / "long.mkv")], check=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def viewer(browser: Browser, running: Daemon) -> Iterator[Callable[[dict[str, Any]], Viewer]]:
    """Makes viewers. Afterwards their streams are stopped, and nothing must have gone wrong on any page."""
    viewers: list[Viewer] = []

    def make(kind: dict[str, Any]) -> Viewer:
        viewers.append(Viewer(browser.new_context(**kind).new_page(), running))
        return viewers[-1]

    yield make
    for one in viewers:
        one.page.evaluate("() => document.querySelector('.button-stop')?.click()")
        one.until("['idle', undefined].includes(document.body.dataset.player)")
        one.page.context.close()
    assert [trouble for one in viewers for trouble in one.troubles] == []


def test_two_devices_watch_two_films_and_one_seeks_without_disturbing_the_other(
    viewer: Callable[[dict[str, Any]], Viewer],
) -> None:
    phone, desk = viewer(PHONE), viewer(DESK)
    phone.pair()
    desk.pair()
    assert "#" not in phone.page.url
    for codec in ('video/mp4; codecs="hvc1.1.6.L120.90"', 'audio/mp4; codecs="ac-3"'):
        assert phone.page.evaluate("(codec) => MediaSource.isTypeSupported(codec)", codec) is False
    assert "Will be converted: your browser cannot play HEVC" in phone.row("long", "MKV").inner_text()
    assert "Plays as it is" in desk.row("minute", "MP4").inner_text()

    desk.play("minute", "MP4")
    phone.play("long", "MKV")
    desk.assert_goes_on()
    phone.assert_goes_on()
    undisturbed, frames, epoch = desk.stream, desk.numbers()["frames"], phone.stream[1]

    phone.drag_to(450)
    phone.until("video.currentTime > 450.5 && video.currentTime < 480 && !video.seeking")
    phone.assert_goes_on(0.5)
    assert phone.stream[1] >= epoch + 2, "the seek, and a run of the encoder for it"
    phone.drag_to(0)
    phone.until("video.currentTime > 0.3 && video.currentTime < 30 && !video.seeking")
    phone.assert_goes_on(0.5)

    desk.assert_goes_on()
    assert desk.numbers()["frames"] > frames
    assert desk.stream == undisturbed


def test_hevc_with_ac3_is_seen_and_heard(viewer: Callable[[dict[str, Any]], Viewer]) -> None:
    phone = viewer(PHONE)
    phone.pair()
    assert "your browser cannot play HEVC or AC-3 sound" in phone.row("encode", "MKV").inner_text()
    phone.play("encode", "MKV")
    phone.assert_goes_on()


def test_pause_stands_still_and_stop_ends_the_encoder(
    viewer: Callable[[dict[str, Any]], Viewer], running: Daemon
) -> None:
    phone = viewer(PHONE)
    phone.pair()
    phone.play("long", "MKV")
    phone.press("Pause")
    phone.until("video.paused")
    stood = phone.numbers()["at"]
    phone.press("Play")
    phone.until(f"!video.paused && video.currentTime > {stood + 0.3}")

    alive = [psutil.Process(pid) for pid in running.encoders()]
    assert alive
    phone.press("Stop")
    phone.until("document.body.dataset.player === 'idle'")
    assert psutil.wait_procs(alive, timeout=2)[1] == []
    assert running.encoders() == []
    assert phone.page.locator(".player").is_hidden()


def test_a_wrong_code_is_told_in_words_and_a_right_one_lets_in(
    viewer: Callable[[dict[str, Any]], Viewer], running: Daemon
) -> None:
    desk = viewer(DESK)
    desk.page.goto(running.url)
    assert desk.page.get_by_label("Name of this device").input_value() == "Chrome on Linux"
    code, problem = desk.page.get_by_label("Pairing code"), desk.page.locator("#problem")
    code.fill("2222-2222")
    desk.press("Pair")
    desk.until("document.querySelector('#problem').textContent !== ''")
    assert "wrong, used or expired" in problem.inner_text()

    code.fill(running.pair().replace("-", "").lower())
    desk.press("Pair")
    desk.until("document.querySelector('.row')")
    desk.page.reload()
    desk.until("document.querySelector('.row')")
    assert desk.answers[-1]["resumed"] is True

    desk.page.evaluate("() => localStorage.setItem('matinee.token', JSON.stringify('not a token'))")
    desk.page.reload()
    desk.until("document.querySelector('#problem').textContent !== ''")
    assert "not paired any more" in problem.inner_text()

    desk.page.goto(f"{running.url}/#pair={running.pair()}")
    desk.until("document.querySelector('.row')")
    assert "#" not in desk.page.url, "a link that is opened where the page already is gives its code, too"


def test_a_reloaded_tab_goes_on_at_the_same_second(viewer: Callable[[dict[str, Any]], Viewer]) -> None:
    desk = viewer(DESK)
    desk.pair()
    desk.play("minute", "MKV")
    desk.drag_to(20)
    desk.until("video.currentTime > 21 && video.currentTime < 40")
    before, same = desk.numbers()["at"], desk.stream[0]
    desk.page.reload()
    desk.until("video && video.currentTime > 1 && !video.paused")
    assert before - 0.5 <= desk.numbers()["at"] <= before + 4
    desk.assert_goes_on(0.5)
    assert desk.answers[-1]["resumed"] is True
    assert desk.stream[0] == same


def test_keys_drive_the_player_and_typing_does_not(viewer: Callable[[dict[str, Any]], Viewer]) -> None:
    desk = viewer(DESK)
    desk.pair()
    desk.play("minute", "MP4")
    desk.page.keyboard.press("5")
    desk.until("video.currentTime >= 30 && video.currentTime < 45")
    desk.page.keyboard.press("k")
    desk.until("video.paused")
    stood = desk.numbers()["at"]
    desk.page.keyboard.press("j")
    desk.until(f"Math.abs(video.currentTime - {stood - 10}) < 0.5")
    desk.page.keyboard.press("m")
    desk.until("video.muted")
    desk.page.get_by_role("searchbox").fill("encode")
    desk.page.keyboard.press("m")
    desk.until("document.querySelectorAll('.row').length === 0")
    assert desk.page.evaluate("() => document.querySelector('video').muted") is True


def test_space_is_the_films_until_a_button_is_found_by_keys(viewer: Callable[[dict[str, Any]], Viewer]) -> None:
    desk = viewer(DESK)
    desk.pair()
    desk.play("minute", "MP4")
    desk.until("video.currentTime > 1.5")
    desk.page.keyboard.press(" ")
    desk.until("video.paused && video.currentTime > 1.5")
    desk.page.keyboard.press(" ")
    desk.until("!video.paused && video.currentTime > 1.6")
    desk.press("Mute this device")
    desk.until("video.muted")
    desk.page.keyboard.press(" ")
    desk.until("video.paused && video.muted")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Shift+Tab")
    desk.page.keyboard.press(" ")
    desk.until("video.paused && !video.muted")


def test_the_colours_are_the_devices_until_somebody_chooses(viewer: Callable[[dict[str, Any]], Viewer]) -> None:
    dark, light = ("rgb(20, 17, 15)", "rgb(245, 239, 232)"), ("rgb(250, 247, 242)", "rgb(35, 29, 24)")
    desk = viewer(DESK)
    desk.pair()
    look = (
        "() => { const { backgroundColor, color } = getComputedStyle(document.body); return [backgroundColor, color]; }"
    )
    for chosen, seen in (("automatic", (dark, light)), ("dark", (dark, dark)), ("light", (light, light))):
        assert desk.page.get_by_role("button", name=f"Colours: {chosen}").is_visible()
        for scheme, colours in zip(("dark", "light"), seen, strict=True):
            desk.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert tuple(desk.page.evaluate(look)) == colours, (chosen, scheme)
        desk.page.get_by_role("button", name=f"Colours: {chosen}").click()
