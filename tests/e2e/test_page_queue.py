"""Queues on the page: mine and the TV's, filled, ordered, copied, and played without a gap, in a real Chromium."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, WebSocketRoute

from tests.daemon import Daemon
from tests.e2e import test_page
from tests.e2e.test_page import DESK, PHONE, Viewer
from tests.e2e.test_page_screen import Observer, Phone, observed, until
from tests.e2e.tv import room

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]
SECONDS = 7
LONG = 10_000
GAP = 1_000
"""Milliseconds between the end of a film and the first picture of the next."""
LISTEN = """() => {
  const video = document.querySelector("video"), cover = document.querySelector(".cover");
  const seen = (window.seen = { spinner: 0, gaps: [], black: 0 });
  const look = () => cover.hidden || cover.querySelector(".spinner").hidden || (seen.spinner += 1);
  new MutationObserver(look).observe(cover, { attributes: true, childList: true, subtree: true });
  video.addEventListener("ended", () => {
    const end = performance.now();
    video.addEventListener("emptied", () => {
      seen.black += Number(document.querySelector(".last-picture").hidden);
      video.requestVideoFrameCallback(() => seen.gaps.push(performance.now() - end));
    }, { once: true });
  });
}"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three films of a few seconds, a folder of three more, and a minute."""
    folder = tmp_path_factory.mktemp("queue-library")
    (folder / "Series").mkdir()
    for number, name in enumerate(("One", "Two", "Three", "Minute")):
        seconds = 60 if name == "Minute" else SECONDS
        command = [
            "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=25:duration={seconds}",
            "-f", "lavfi", "-i", f"sine=frequency={440 + 110 * number}:sample_rate=48000:duration={seconds}",
            "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", str(folder / f"{name}.mp4"),
        ]  # fmt: skip
        subprocess.run(command, check=True, timeout=60)
    for episode in (1, 2, 3):
        os.link(folder / "One.mp4", folder / "Series" / f"Episode {episode}.mp4")
    return folder


@pytest.fixture(scope="module")
def running(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a TV."""
    with room(library, tmp_path_factory.mktemp("home")) as one:
        yield one


@pytest.fixture
def observer(running: Daemon) -> Iterator[Observer]:
    """As with the TV's other tests; the TV's queue is empty afterwards, too."""
    with observed(running) as one:
        yield one
        one.ask("request_takeover", override=True)
        one.ask("queue_set_mode", target="server", repeat="off", shuffle=False)
        one.ask("queue_clear", target="server")


class Queuer(Phone):
    """A phone whose queues are looked at."""

    def choose(self, title: str, choice: str) -> None:
        """Take one of the choices of a film or folder."""
        self.page.get_by_role("button", name=f"More for {title}", exact=True).click()
        self.page.get_by_role("menuitem", name=choice, exact=True).click()

    def add(self, *titles: str, place: str = "This phone") -> None:
        for title in titles:
            self.choose(title, f"Add to queue · {place}")
            self.reads(f"{title} is in the queue · {place}.")

    def show(self, target: str = "mine") -> None:
        """One of the queues, in its sheet."""
        if self.sheet.is_hidden():
            self.press("Queue")
        self.page.locator(f".queue-tab-{target}").click()
        self.until(f"document.querySelector('.queue-sheet').dataset.target === '{target}'")

    def begin(self, title: str) -> None:
        """Play a film of the queue that is shown."""
        self.page.locator(".queue-body:visible").filter(has_text=title).click()

    def add_from_tv(self, how: str) -> None:
        """Take the TV's queue."""
        self.show("server")
        self.press("Take this queue to this device")
        self.press(how)

    def hide(self) -> None:
        self.press("Close the queue")
        self.sheet.wait_for(state="hidden")

    def lists(self, *titles: str) -> None:
        """Wait until the list is this, in this order."""
        self.until(f"{TITLES} === {json.dumps('|'.join(titles))}")

    @property
    def sheet(self) -> Locator:
        return self.page.locator("#queue-sheet")


TITLES = (
    "[...document.querySelectorAll('.queue-half:not([hidden]) .queue-title')].map((one) => one.textContent).join('|')"
)


def test_a_queue_is_filled_ordered_cleared_and_all_of_it_taken_back(viewer: Make, observer: Observer) -> None:
    one = Queuer(viewer(PHONE), "Anna")
    one.add("One", "Two", "Three")
    one.choose("Minute", "Play next · This phone")
    one.reads("Minute comes next · This phone.")
    one.show()
    one.lists("Minute", "One", "Two", "Three")
    assert one.page.locator(".queue-count").inner_text() == "4 films · 1:21"

    down = one.button("Move Minute down")
    down.focus()
    for _ in range(3):
        one.page.keyboard.press("Enter")
    one.lists("One", "Two", "Three", "Minute")
    assert down.evaluate("(button) => button === document.activeElement"), "a row that moves keeps the focus"
    assert down.get_attribute("aria-disabled") == "true"
    one.until("document.querySelector('.queue-sheet > .spoken').textContent === 'Minute: place 4 of 4.'")
    one.press("Move Minute up")
    one.lists("One", "Two", "Minute", "Three")

    one.press("Remove Two")
    one.reads("Removed Two.")
    one.lists("One", "Minute", "Three")
    one.press("Empty the queue")
    one.reads("The queue is empty.")
    one.until("document.querySelector('.queue-note').textContent.startsWith('Nothing waits here.')")
    one.page.locator(".toast").get_by_role("button", name="Undo").click()
    one.lists("One", "Minute", "Three")
    one.page.locator(".queue-half:not([hidden])").get_by_role("button", name="Undo").click()
    one.lists("One", "Two", "Minute", "Three")
    one.press("Repeat: off")
    one.press("Repeat: all")
    one.button("Repeat: this film").wait_for()

    one.page.reload()
    one.until("document.body.dataset.tv === 'there'")
    one.show()
    one.lists("One", "Two", "Minute", "Three")
    one.button("Repeat: this film").wait_for()


@pytest.mark.parametrize("kind", ["mouse", "touch"])
def test_a_row_is_dragged_to_its_place(viewer: Make, observer: Observer, kind: str) -> None:
    one = Queuer(viewer(PHONE), "Anna")
    one.add("One", "Two", "Three")
    one.show()
    one.lists("One", "Two", "Three")
    grips = [grip.bounding_box() for grip in one.page.locator(".queue-grip:visible").all()]
    first, last = grips[0], grips[2]
    assert first
    assert last
    x, top, bottom = first["x"] + 15, first["y"] + 20, last["y"] + 30
    if kind == "mouse":
        one.page.mouse.move(x, top)
        one.page.mouse.down()
        one.page.mouse.move(x, bottom, steps=8)
        one.lists("Two", "Three", "One")
        one.page.keyboard.press("Escape")
        one.lists("One", "Two", "Three")
        one.page.mouse.up()
        one.page.mouse.move(x, top)
        one.page.mouse.down()
        one.page.mouse.move(x, bottom, steps=8)
        one.page.mouse.up()
    else:
        finger = one.page.context.new_cdp_session(one.page)
        for name, y in (("touchStart", top), *(("touchMove", top + (bottom - top) * step / 8) for step in range(1, 9))):
            finger.send("Input.dispatchTouchEvent", {"type": name, "touchPoints": [{"x": x, "y": y}]})
        one.lists("Two", "Three", "One")
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    one.lists("Two", "Three", "One")
    one.page.reload()
    one.until("document.body.dataset.tv === 'there'")
    one.show()
    one.lists("Two", "Three", "One")


def test_a_folder_is_added_whole_and_films_follow_each_other_by_buttons_and_keys(
    viewer: Make, observer: Observer
) -> None:
    one = Queuer(viewer(DESK), "Anna")
    place = "This device"
    one.choose("Series", f"Add all · {place}")
    one.reads(f"Series is in the queue · {place}.")
    one.show()
    one.lists("Episode 1", "Episode 2", "Episode 3")
    one.begin("Episode 1")
    plays(one, "Episode 1")
    one.until("document.querySelector('.queue-present .queue-title').textContent === 'Episode 1'")
    one.hide()
    one.press("Next in the queue")
    plays(one, "Episode 2")
    one.page.keyboard.press("Shift+N")
    plays(one, "Episode 3")
    assert one.button("Next in the queue").is_disabled()
    one.page.keyboard.press("Shift+P")
    plays(one, "Episode 2")


def plays(one: Phone, title: str) -> None:
    """Until this film moves here."""
    one.until(
        f"document.querySelector('.now-title').textContent === {json.dumps(title)} && video.currentTime > 0.2"
        " && video.currentTime < 6 && !video.paused"
    )


def test_the_next_film_begins_without_a_spinner_and_without_a_black_picture(viewer: Make, observer: Observer) -> None:
    one = Queuer(viewer(DESK), "Anna")
    one.add("Two", "Three", place="This device")
    one.show()
    one.begin("Two")
    plays(one, "Two")
    one.hide()
    one.page.evaluate(LISTEN)
    one.press("Full screen")
    one.until("document.fullscreenElement !== null")
    plays(one, "Three")
    seen = one.page.evaluate("() => window.seen")
    print(f"from the end to the next picture: {seen['gaps']} ms")
    assert (seen["spinner"], seen["black"], len(seen["gaps"])) == (0, 0, 1)
    assert seen["gaps"][0] < GAP
    assert {told["delivery"]["mode"] for told in one.viewer.streams if told.get("delivery")} == {"direct"}
    one.until("document.querySelector('.last-picture').hidden")
    assert one.page.evaluate("() => document.fullscreenElement !== null")
    one.viewer.assert_goes_on(0.5)
    one.until("video.ended && document.querySelector('.cover').dataset.kind === 'ended'")
    one.press("Leave full screen")


def test_a_queue_of_ten_thousand_scrolls_and_is_edited_far_down(viewer: Make, observer: Observer) -> None:
    observer.ask("request_takeover", override=True)
    for _ in range(LONG // 500):
        observer.ask("queue_add", target="server", items=[{"path": "One.mp4"}] * 499 + [{"path": "Two.mp4"}])
    one = Queuer(viewer(PHONE), "Anna")
    one.show("server")
    one.until("document.querySelector('.queue-count').textContent.startsWith('10,000 films')")
    lease = observer.ask("get_authority")["lease"]
    observer.ask("release_authority", lease=lease)
    one.hide()
    one.open_tv()
    one.press("Take the TV")
    one.reads("The TV is yours.")
    one.page.keyboard.press("Escape")
    one.show("server")
    one.page.evaluate(
        "() => { const list = document.querySelector('.queue-half:not([hidden]) .queue-scroll'); list.scrollTop = list.scrollHeight; }"
    )
    one.until("document.querySelector('[aria-posinset=\"10000\"] .queue-title')?.textContent === 'Two'")
    assert one.page.locator(".queue-row").count() < 60
    last = one.page.locator('[aria-posinset="10000"]')
    last.get_by_role("button", name="Move Two up").click()
    one.until("document.querySelector('[aria-posinset=\"9999\"] .queue-title')?.textContent === 'Two'")
    one.page.locator('[aria-posinset="9999"]').get_by_role("button", name="Remove Two").click()
    one.until("document.querySelector('.queue-count').textContent.startsWith('9,999 films')")
    longest = one.page.evaluate(SCROLLED)
    print(f"10,000 items, longest task while scrolling: {longest:.0f} ms")
    assert longest < 200
    assert observer.ask("queue_get", target="server", first=9_998)["items"][0]["title"] == "One"


SCROLLED = """async () => {
  const list = document.querySelector(".queue-half:not([hidden]) .queue-scroll");
  let longest = 0, before = performance.now();
  for (let step = 0; step <= 40; step++) {
    list.scrollTop = (list.scrollHeight * (40 - step)) / 40;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    [longest, before] = [Math.max(longest, now - before), now];
  }
  return longest;
}"""


def test_what_others_edit_appears_and_what_was_made_on_an_old_version_is_told(viewer: Make, observer: Observer) -> None:
    one = viewer(PHONE)
    old: list[bool] = []

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def on_frame(text: str | bytes) -> None:
            frame = json.loads(text)
            if frame["method"] == "queue_clear" and not old:
                old.append(True)
                frame["params"]["if_version"] -= 1
            server.send(json.dumps(frame))

        socket.on_message(on_frame)

    one.page.route_web_socket("**/ws", between)
    anna = Queuer(one, "Anna")
    anna.open_tv()
    anna.press("Take the TV")
    anna.reads("The TV is yours.")
    anna.page.keyboard.press("Escape")
    anna.show("server")
    observer.ask("queue_add", target="server", items=[{"path": "One.mp4"}])
    anna.reads("Observer added One.")
    observer.ask("queue_add", target="server", items=[{"path": "Two.mp4"}, {"path": "Three.mp4"}])
    anna.reads("Observer added 2 films.")
    anna.lists("One", "Two", "Three")
    assert anna.page.locator(".queue-facts").first.inner_text() == "0:07 · from Observer"

    anna.press("Empty the queue")
    anna.reads("Somebody changed the queue at the same moment.")
    anna.lists("One", "Two", "Three")
    anna.press("Empty the queue")
    anna.reads("The queue is empty.")
    assert observer.ask("queue_get", target="server")["total"] == 0


def test_queues_go_to_the_tv_and_come_from_it(viewer: Make, observer: Observer) -> None:
    one = Queuer(viewer(PHONE), "Anna")
    one.add("Minute", "Two")
    one.show()
    one.begin("Minute")
    plays(one, "Minute")
    one.viewer.until("video.currentTime > 3")
    one.press("Send this queue to the TV")
    one.press("Replace it and go on there")
    one.reads("The TV goes on with your queue.")
    shown = until(observer, lambda tv: tv["state"] == "playing" and tv["title"] == "Minute")
    assert shown["timeline"]["position"] >= 2
    one.until("document.body.dataset.player === 'idle'")
    one.show("server")
    one.lists("Minute", "Two")

    one.show()
    one.press("Empty the queue")
    one.reads("The queue is empty.")
    one.add_from_tv("Add at its end")
    one.reads("The TV’s films wait here.")
    one.show()
    one.lists("Minute", "Two")
    one.add_from_tv("Replace it and go on here")
    one.reads("The TV’s queue goes on here.")
    one.until(
        "document.querySelector('.now-title').textContent === 'Minute' && video.currentTime > 3.5 && !video.paused"
    )
    assert observer.tv()["state"] == "playing"
