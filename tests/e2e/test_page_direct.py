"""Films that a browser is given as they are, and what happens when it turns out that it cannot play them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from protocol.values import Capabilities, DeliveryReason
from tests.e2e import test_page
from tests.e2e.test_page import DESK, PHONE, Viewer
from tests.e2e.test_page_tracks import X264, X265, Chooser, film

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]
LIE = """
const lies = (type) => /hvc1|hev1/.test(type);
const { canPlayType } = HTMLMediaElement.prototype, { isTypeSupported } = MediaSource;
HTMLMediaElement.prototype.canPlayType = function (type) { return lies(type) ? "probably" : canPlayType.call(this, type); };
MediaSource.isTypeSupported = (type) => lies(type) || isTypeSupported.call(MediaSource, type);
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`Whole` is fine, of `Damaged` a stretch in the middle is noise, and `Foreign` is in a codec that Chromium has not."""
    folder = tmp_path_factory.mktemp("direct-library")
    film(folder / "Whole.mp4", X264, ["-c:a", "aac"])
    film(folder / "Foreign.mp4", X265, ["-c:a", "aac"], languages=("eng",))
    film(folder / "Damaged.mp4", [*X264, "-movflags", "+faststart"], ["-c:a", "aac"], languages=("eng",))
    damage(folder / "Damaged.mp4")
    return folder


def damage(hurt: Path) -> None:
    """Overwrite a second of the picture, half way, and nothing of the sound."""
    asked = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "packet=pos,size",
        "-read_intervals",
        "30%31",
        "-of",
        "csv=p=0",
    ]
    told = subprocess.run([*asked, str(hurt)], check=True, capture_output=True, text=True, timeout=30).stdout
    with hurt.open("r+b") as file:
        for line in told.split():
            size, place = line.strip(",").split(",")[:2]
            file.seek(int(place))
            file.write(b"\xff\x55" * (int(size) // 2))


def modes(viewer: Viewer) -> list[str]:
    """The ways on which the films of a page came, one after the other."""
    found = [told["delivery"]["mode"] for told in viewer.streams]
    return [mode for index, mode in enumerate(found) if index == 0 or mode != found[index - 1]]


def test_what_the_browser_probed_is_what_it_plays(viewer: Make) -> None:
    told: list[dict[str, Any]] = []
    for kind in (DESK, PHONE):
        one = viewer(kind)
        one.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: told.append(json.loads(frame))))
        one.pair()
    desk, phone = (frame["params"]["capabilities"] for frame in told if frame.get("method") == "register")
    assert Capabilities.model_validate(desk)
    codecs = " ".join([*desk["video"], *desk["audio"]])
    for known in (
        "avc1.640034",
        "avc1.6E0034",
        "vp09.00.62.08",
        "av01.0.19M.10",
        "vp8",
        "mp4a.40.2",
        "opus",
        "flac",
        "audio/mpeg",
    ):
        assert known in codecs
    for foreign in ("hvc1", "hev1", "ac-3", "ec-3"):
        assert foreign not in codecs
    assert {"video/mp4", "video/webm", "audio/mpeg"} <= {*desk["containers"]}
    assert "max_height" not in desk
    assert phone["max_height"] == 1080


def test_a_film_in_a_codec_that_the_browser_only_claimed_to_have_falls_down_to_one_that_it_has(viewer: Make) -> None:
    one = viewer(DESK)
    one.page.add_init_script(LIE)
    chooser = Chooser(one)
    one.play("Foreign", "MP4")
    one.until("video.videoWidth === 854")
    one.assert_goes_on()
    assert modes(one) == ["direct", "remux", "transcode"], one.streams[-1]["delivery"]
    chooser.open("Quality")
    note = chooser.sheet.locator(".sheet-note").inner_text()
    assert "your browser failed with it in another way" in note
    chooser.close()
    one.press("Stop")
    one.until("document.body.dataset.player === 'idle'")
    one.streams.clear()
    one.play("Foreign", "MP4")
    assert modes(one) == ["transcode"], "it is remembered"


def test_a_film_that_is_damaged_in_the_middle_goes_on_in_another_way_at_the_same_second(viewer: Make) -> None:
    one = viewer(PHONE)
    chooser = Chooser(one)
    one.forgives = "status of"
    chooser.play("Damaged", "MP4")
    one.drag_to(26)
    one.until("video.currentTime > 26.3 && !video.seeking")
    assert modes(one) == ["direct"]
    one.until("video.currentTime > 36 && !video.paused")
    assert modes(one) == ["direct", "remux"], "what is noise is left out of the copy, and Chromium gets over it"
    joints = chooser.page.evaluate("() => window.joints")
    assert joints
    for joint in joints:
        assert joint["from"] - 0.3 <= joint["to"] <= joint["from"] + 1.5, joint
        assert not joint["black"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_reason_has_a_sentence(viewer: Make, language: str) -> None:
    desk = viewer({**DESK, "locale": language})
    desk.pair()
    asked = "(names) => import('/text.js').then(({ text }) => names.map((name) => text.reasons[name]?.({ video: 'V', audio: 'A' })))"
    names = [name for name in get_args(DeliveryReason) if not name.endswith("_codec_not_supported")]
    sentences = desk.page.evaluate(asked, names)
    silent = {name for name, sentence in zip(names, sentences, strict=True) if not sentence}
    assert silent == {"plays_as_it_is", "container_copied"}
