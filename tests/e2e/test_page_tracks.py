"""Sound, quality, speed and subtitles chosen on the page, in a real Chromium: told by tones, sizes and seconds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.daemon import Daemon, daemon
from tests.e2e import test_page
from tests.e2e.axe import problems
from tests.e2e.test_page import DESK, PHONE, Viewer

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]
SHEET = ".sheet[open]"
SECONDS = 60
TONES = {"eng": 440, "deu": 880}
CHAPTERS = [(0, 20, "The beginning"), (20, 40, "The middle"), (40, SECONDS, "The end")]
LISTEN = """() => {
  const video = document.querySelector("video"), context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  context.createMediaElementSource(video).connect(analyser).connect(context.destination);
  const heard = new Float32Array(analyser.frequencyBinCount);
  window.tone = () => {
    analyser.getFloatFrequencyData(heard);
    const loudest = heard.indexOf(heard.reduce((one, other) => Math.max(one, other)));
    return heard[loudest] > -70 ? (loudest * context.sampleRate) / analyser.fftSize : 0;
  };
}"""
WATCH = """() => {
  const video = document.querySelector("video"), bridge = document.querySelector(".last-picture");
  window.joints = [];
  let [last, left] = [0, null];
  const look = (_now, { mediaTime }) => {
    if (left !== null && bridge.hidden) window.joints.push({ ...left, to: mediaTime }), (left = null);
    if (bridge.hidden) last = mediaTime;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  video.addEventListener("emptied", () => (left ??= { from: last, black: bridge.hidden }));
}"""
"""Where the last picture that was seen before a change of source was, and the first after it."""
SPEAKS = {
    "video": "testsrc2=size=854x480:rate=12:duration={seconds}",
    "sound": "sine=frequency={hertz}:sample_rate=48000:duration={seconds}",
}


def film(to: Path, video: list[str], audio: list[str], *more: str, languages: tuple[str, ...] = ("eng", "deu")) -> None:
    """A minute of moving pictures, with a tone for each language, chapters and a line of subtitles all through."""
    notes, script = to.with_suffix(".ffmeta"), to.with_suffix(".srt")
    marks = "".join(
        f"[CHAPTER]\nTIMEBASE=1/1\nSTART={start}\nEND={end}\ntitle={title}\n" for start, end, title in CHAPTERS
    )
    notes.write_text(f";FFMETADATA1\n{marks}")
    script.write_text("1\n00:00:00,500 --> 00:00:59,000\n<i>All</i> of it & more\n")
    words = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", SPEAKS["video"].format(seconds=SECONDS)]
    for language in languages:
        words += ["-f", "lavfi", "-i", SPEAKS["sound"].format(hertz=TONES[language], seconds=SECONDS)]
    inputs = len(languages) + 1
    words += ["-i", str(notes), "-i", str(script), *(word for index in range(inputs) for word in ("-map", str(index)))]
    words += ["-map", str(inputs + 1), "-map_metadata", str(inputs), "-metadata:s:s:0", "language=eng"]
    words += [word for index, tag in enumerate(languages) for word in (f"-metadata:s:a:{index}", f"language={tag}")]
    subtitles = "mov_text" if to.suffix == ".mp4" else "srt"
    subprocess.run([*words, *video, *audio, "-c:s", subtitles, *more, str(to)], check=True, timeout=120)
    notes.unlink()
    script.unlink()


X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "24"]
X265 = [
    "-c:v",
    "libx265",
    "-preset",
    "ultrafast",
    "-x265-params",
    "log-level=error:keyint=24:min-keyint=24:open-gop=0",
    "-tag:v",
    "hvc1",
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`Plain` plays as it is, `Foreign` has to be converted and has a file of subtitles beside it."""
    folder = tmp_path_factory.mktemp("tracks-library")
    film(folder / "Plain.mp4", X264, ["-c:a", "aac"])
    film(folder / "Foreign.mkv", X265, ["-c:a", "ac3"])
    (folder / "Foreign.de.srt").write_text("1\n00:00:00,500 --> 00:00:59,000\nAlles\n")
    return folder


@pytest.fixture(scope="module")
def running(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that has room for small pictures."""
    with daemon(library, tmp_path_factory.mktemp("home"), env={"MATINEE_THUMBNAILS_MB": "64"}) as one:
        yield one


class Chooser:
    """A viewer who chooses."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer, self.page, self.until = viewer, viewer.page, viewer.until
        self.asked: list[tuple[str, int]] = []
        viewer.forgives = "status of 404"  # the browser's own player may ask for more of a film that is delivered anew
        self.page.on("response", lambda answer: self.asked.append((answer.url, answer.status)))
        viewer.pair()

    def play(self, title: str, ending: str) -> None:
        self.viewer.play(title, ending)
        self.page.evaluate(LISTEN)
        self.page.evaluate(WATCH)

    def open(self, page: str) -> None:
        """A page of the sheet."""
        if self.sheet.is_hidden():
            self.viewer.press("Sound, subtitles, quality")
        elif self.sheet.get_by_role("button", name="Back").is_visible():
            self.viewer.press("Back")
        self.sheet.get_by_role("button").filter(has_text=page).click()
        self.until(f"document.querySelector('.sheet[open] h2').textContent === {json.dumps(page)}")

    def choose(self, page: str, name: str) -> None:
        self.open(page)
        self.sheet.get_by_role("radio").filter(has_text=name).first.click()

    def close(self) -> None:
        self.page.keyboard.press("Escape")
        self.sheet.wait_for(state="hidden")

    def hears(self, hertz: int) -> None:
        self.until(f"Math.abs(window.tone() - {hertz}) < 15 && !video.paused")

    def joined(self) -> None:
        """The source has changed since the last time, without a jump and without a black picture."""
        self.until("window.joints.length > 0")
        for joint in self.page.evaluate("() => window.joints.splice(0)"):
            assert joint["from"] - 0.3 <= joint["to"] <= joint["from"] + 0.6, joint
            assert not joint["black"]

    @property
    def sheet(self) -> Locator:
        return self.page.locator(".sheet-mine")

    @property
    def mode(self) -> str:
        told: str = self.viewer.streams[-1]["delivery"]["mode"]
        return told


def test_a_plain_film_plays_as_it_is_and_another_language_goes_on_at_the_same_second(viewer: Make) -> None:
    one = Chooser(viewer(PHONE))
    one.play("Plain", "MP4")
    one.hears(TONES["eng"])
    assert one.mode == "direct"
    assert one.page.evaluate("() => new URL(document.querySelector('video').src).pathname").startswith("/media/")

    one.viewer.drag_to(40)
    one.until("video.currentTime > 40.3 && video.currentTime < 50 && !video.seeking")
    films = [(url, status) for url, status in one.asked if "/media/" in url]
    assert {status for _, status in films} == {206}
    assert not [url for url, _ in one.asked if "/hls/" in url]

    one.choose("Sound", "German")
    one.hears(TONES["deu"])
    one.joined()
    assert one.mode == "remux"
    one.choose("Sound", "English")
    one.hears(TONES["eng"])
    assert one.sheet.get_by_role("radio", checked=True).inner_text().startswith("English")


def test_a_converted_film_changes_its_language_in_place(viewer: Make) -> None:
    one = Chooser(viewer(DESK))
    one.play("Foreign", "MKV")
    one.hears(TONES["eng"])
    stream, at = one.viewer.stream[0], one.viewer.numbers()["at"]
    one.page.keyboard.press("a")
    one.viewer.until("document.querySelector('.toast').textContent.startsWith('Sound: German')")
    one.hears(TONES["deu"])
    assert one.viewer.stream[0] == stream
    assert at <= one.viewer.numbers()["at"] < at + 15
    assert one.page.evaluate("() => window.joints.length") == 0
    one.page.keyboard.press("a")
    one.hears(TONES["eng"])


def test_quality_changes_at_the_same_second_and_says_what_it_is_and_why(viewer: Make) -> None:
    one = Chooser(viewer(DESK))
    one.play("Plain", "MP4")
    one.until("video.videoHeight === 480")
    one.choose("Quality", "360p")
    one.until("video.videoHeight === 360 && video.currentTime > 1")
    one.joined()
    note = one.sheet.locator(".sheet-note")
    one.until("document.querySelector('.sheet-mine .sheet-note').textContent.startsWith('Now 640 × 360')")
    assert note.inner_text() == "Now 640 × 360. Converted while you watch: a smaller picture was asked for."
    assert one.mode == "transcode"

    one.choose("Quality", "Original")
    one.until("video.videoHeight === 480 && !video.paused")
    one.joined()
    one.until("document.querySelector('.sheet-mine .sheet-note').textContent === 'Now 854 × 480. Plays as it is.'")

    one.choose("Quality", "Sound only")
    one.until("video.videoHeight === 0 && !video.paused && !document.querySelector('.no-picture').hidden")
    one.hears(TONES["eng"])
    one.choose("Quality", "Automatic")
    one.until("video.videoHeight === 480 && !video.paused")
    one.viewer.assert_goes_on(0.5)


def test_a_paused_film_stays_paused_where_it_is_when_its_quality_changes(viewer: Make) -> None:
    one = Chooser(viewer(DESK))
    one.play("Plain", "MP4")
    one.page.keyboard.press("k")
    one.until("video.paused")
    before = one.viewer.numbers()["at"]
    one.choose("Quality", "360p")
    one.until("video.videoHeight === 360 && !document.querySelector('.last-picture').checkVisibility()")
    assert one.page.evaluate("() => document.querySelector('video').paused")
    assert one.viewer.numbers()["at"] == pytest.approx(before, abs=0.1)


def test_speed_is_the_players_and_the_daemons(viewer: Make) -> None:
    one = Chooser(viewer(DESK))
    one.play("Plain", "MP4")
    one.choose("Speed", "2×")
    one.until("video.playbackRate === 2")
    at, begun = one.page.evaluate("() => [document.querySelector('video').currentTime, performance.now()]")
    one.until(f"video.currentTime > {at + 6}")
    took = one.page.evaluate("() => performance.now()") - begun
    assert 2_400 < took < 4_500
    assert one.viewer.streams[-1]["timeline"]["rate"] == 2
    one.choose("Quality", "360p")
    one.until("video.videoHeight === 360 && video.playbackRate === 2 && !video.paused")


SAID = "[...document.querySelectorAll('.cue')].map((one) => one.textContent).join('|')"


@pytest.mark.parametrize(("title", "ending"), [("Plain", "MP4"), ("Foreign", "MKV")])
def test_subtitles_are_shown_in_the_pages_hand_and_the_key_switches_them(viewer: Make, title: str, ending: str) -> None:
    one = Chooser(viewer(DESK))
    one.play(title, ending)
    one.page.keyboard.press("c")
    one.until(f"{SAID} === 'All of it & more'")
    assert one.page.locator(".cue i").inner_text() == "All"
    assert (
        one.page.evaluate("() => [...document.querySelector('video').textTracks].map(({ mode }) => mode)").count(
            "showing"
        )
        == 0
    )
    assert one.mode == ("remux" if title == "Plain" else "transcode")
    one.page.keyboard.press("c")
    one.until("!document.querySelector('.cue')")
    one.page.keyboard.press("c")
    one.until("document.querySelector('.cue')")
    one.open("Subtitles")
    assert one.sheet.get_by_role("radio", checked=True).inner_text() == "English"
    one.sheet.get_by_role("switch").click()
    one.until("!document.querySelector('.cue') && document.querySelector('[role=switch]').ariaChecked === 'true'")
    assert "subtitles_burned_in" in one.viewer.streams[-1]["delivery"]["reasons"]
    one.choose("Subtitles", "Off")
    one.open("Quality")
    one.until("/^Now/.test(document.querySelector('.sheet-note').textContent)")
    one.until("!document.querySelector('.sheet-note').textContent.includes('subtitles')")
    one.viewer.assert_goes_on(0.5)


def test_a_file_beside_the_film_can_be_drawn_into_the_picture_too(viewer: Make) -> None:
    one = Chooser(viewer(DESK))
    one.play("Foreign", "MKV")
    one.choose("Subtitles", "German")
    one.until(f"{SAID} === 'Alles'")
    one.open("Subtitles")
    one.sheet.get_by_role("switch").click()
    one.until("!document.querySelector('.cue') && document.querySelector('[role=switch]').ariaChecked === 'true'")
    assert "subtitles_burned_in" in one.viewer.streams[-1]["delivery"]["reasons"]
    one.viewer.assert_goes_on(0.5)


def test_chapters_are_marks_on_the_line_and_a_list_to_go_by(viewer: Make) -> None:
    one = Chooser(viewer(DESK))
    one.play("Plain", "MP4")
    one.until("document.querySelectorAll('.mark').length === 2")
    box = one.page.get_by_role("slider", name="Position").bounding_box()
    assert box
    one.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    one.until("document.querySelector('.peek-title').checkVisibility()")
    assert one.page.locator(".peek").inner_text().split() == ["The", "middle", "0:30"]
    one.page.mouse.move(10, 10)
    one.page.locator(".peek").wait_for(state="hidden")
    one.open("Chapters")
    one.sheet.get_by_role("radio").filter(has_text="The end").click()
    one.sheet.wait_for(state="hidden")
    one.until("video.currentTime >= 40 && video.currentTime < 50 && !video.seeking")
    spoken = one.page.get_by_role("slider", name="Position").get_attribute("aria-valuetext")
    assert spoken
    assert spoken.endswith("of 1:00, The end")


def test_a_dragged_line_shows_small_pictures_of_where_it_is(viewer: Make) -> None:
    one = Chooser(viewer(PHONE))
    one.play("Plain", "MP4")
    one.page.evaluate(WAIT_FOR_TILES, 30)
    width, image = one.page.locator(".peek-picture").evaluate("(one) => [one.offsetWidth, one.style.backgroundImage]")
    assert width > 60
    answer = one.page.evaluate("(url) => fetch(url).then((one) => one.headers.get('content-type'))", image[5:-2])
    assert answer == "image/jpeg"


WAIT_FOR_TILES = """(value) => new Promise((resolve, reject) => {
  const slider = document.querySelector(".player .range"), end = performance.now() + 30000;
  const look = () => {
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
    if (document.querySelector(".peek-picture").checkVisibility()) resolve();
    else if (performance.now() > end) reject(new Error("no small pictures"));
    else setTimeout(look, 50);
  };
  look();
})"""


def test_the_sheet_is_driven_by_keys_gives_the_focus_back_and_axe_finds_nothing(viewer: Make) -> None:
    one = Chooser(viewer(PHONE))
    one.play("Plain", "MP4")
    name = "document.activeElement.textContent"
    button = one.page.get_by_role("button", name="Sound, subtitles, quality")
    button.focus()
    one.page.keyboard.press("Enter")
    one.until(f"{name}.startsWith('Sound')")
    found = {"": problems(one.page, SHEET)}
    for page, first in (
        ("Sound", "English"),
        ("Subtitles", "Off"),
        ("Speed", "1×"),
        ("Quality", "Automatic"),
        ("Chapters", "The"),
    ):
        one.open(page)
        one.until(f"{name}.startsWith('{first}')")
        found[page] = problems(one.page, SHEET)
    assert {page: what for page, what in found.items() if what} == {}

    one.open("Sound")
    one.page.keyboard.press("ArrowDown")
    one.until(f"{name}.startsWith('German')")
    assert one.mode == "direct", "arrows choose nothing"
    for _ in range(6):
        one.page.keyboard.press("Tab")
        assert one.page.evaluate(
            "() => document.activeElement === document.body || document.activeElement.closest('.sheet') !== null"
        )
    small = one.page.evaluate(SMALL)
    assert small == []
    one.page.keyboard.press("Escape")
    one.sheet.wait_for(state="hidden")
    assert button.evaluate("(one) => one === document.activeElement")
    one.page.keyboard.press("?")
    assert {"C", "A"} <= {key.inner_text() for key in one.page.locator(".keys kbd").all()}
    one.page.keyboard.press("Escape")


SMALL = """() => [...document.querySelectorAll(".sheet[open] button:not([hidden])")]
  .filter((one) => one.offsetHeight < 44 || one.offsetWidth < 44).map((one) => one.outerHTML)"""
