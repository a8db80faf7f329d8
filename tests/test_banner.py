"""The first minute on the terminal: what works, where to go and how to come in, in every situation."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import segno

from controller import banner as module
from controller.app import Started
from controller.banner import banner
from controller.config import Settings
from controller.core.pairing import Code

AS_PROMISED = """\
matinee 0.1 · Living room
Screen      VLC 3.0.24, no display: sound and picture go nowhere    install a desktop, or run with --screen off
Transcoder  FFmpeg 5.1.9 · x264 · no GPU                            about 2 films at 1080p at once
Library     ~/Videos · 214 films
Open        http://192.168.1.20:8765
Pairing     7F3K-9QXM (10 minutes; the first device becomes the owner)
Ctrl-C stops it · `matinee doctor` when something looks wrong"""


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own, no setting around, and two cores."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MATINEE_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setattr(module.os, "cpu_count", lambda: 2)  # type: ignore[attr-defined]


def started(*, folders: list[Path] | None = None, screen: str = "auto", **facts: Any) -> Started:
    """The box of the first minute, but for the changes."""
    settings = Settings.model_validate(
        {"name": "Living room", "folders": folders or [Path.home() / "Videos"], "screen": screen}
    )
    usual = Started(
        settings=settings,
        version="0.1",
        url="http://192.168.1.20:8765",
        moved_from=None,
        ffmpeg="5.1.9",
        vlc="3.0.24",
        films=214,
        code=Code("7F3K-9QXM", "owner", 600.0),
        display=False,
        cost=0.01,
    )
    return replace(usual, **facts)


def line(box: Started, name: str) -> list[str]:
    """What stands behind a name, column by column."""
    (found,) = [text for text in banner(box, qr=False).splitlines() if text.startswith(f"{name} ")]
    return re.split(r" {2,}", found)[1:]


def test_the_first_minute_is_as_promised() -> None:
    assert banner(started(), qr=False) == AS_PROMISED


def test_nothing_but_the_screen_differs_without_vlc() -> None:
    promised, seen = AS_PROMISED.splitlines(), banner(started(vlc=None), qr=False).splitlines()
    assert seen[1] == "Screen      no VLC: for viewers only        apt install libvlc5 vlc-plugin-base"
    assert seen[2] == "Transcoder  FFmpeg 5.1.9 · x264 · no GPU    about 2 films at 1080p at once"
    assert seen[:1] + seen[3:] == promised[:1] + promised[3:]


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"vlc": None}, ["no VLC: for viewers only", "apt install libvlc5 vlc-plugin-base"]),
        ({"vlc": None, "screen": "off"}, ["off: for viewers only, as you asked"]),
        ({"screen": "off", "display": True}, ["off: for viewers only, as you asked"]),
        ({"screen": "headless", "display": True}, ["VLC 3.0.24, headless: no window and no sound, as you asked"]),
        ({"vlc": None, "screen": "headless"}, ["no VLC: for viewers only", "apt install libvlc5 vlc-plugin-base"]),
        ({"display": True}, ["VLC 3.0.24 on this display"]),
    ],
)
def test_the_screen_is_there_or_it_is_said_why_not(about: dict[str, Any], says: list[str]) -> None:
    assert line(started(**about), "Screen") == says


def test_a_port_that_was_taken_is_said_aloud_and_above_everything_that_follows_from_it() -> None:
    seen = banner(started(moved_from=8765, url="http://192.168.1.20:8766"), qr=False).splitlines()
    assert seen[1] == "Port        8765 is taken, so this is the next free one"
    assert "Open        http://192.168.1.20:8766" in seen
    assert [text for text in seen[2:] if "8765" in text] == []


def test_a_damaged_store_is_said_aloud_with_where_it_lies() -> None:
    seen = banner(started(aside=Path("/state/matinee.db.corrupt-now"), moved_from=8765), qr=False).splitlines()
    assert seen[2] == (
        "Store       was damaged and lies aside as /state/matinee.db.corrupt-now; a new one began, so pair again"
    )


def test_a_box_that_has_an_owner_offers_a_code_for_one_more_member() -> None:
    box = started(code=Code("K2M4-PQRS", "member", 600.0))
    assert line(box, "Pairing") == ["K2M4-PQRS (10 minutes; for one more member)"]


@pytest.mark.parametrize(
    ("cores", "cost", "says"),
    [
        (None, 0.01, "1 film"),
        (1, 0.01, "1 film"),
        (2, 0.03, "1 film"),
        (4, 0.01, "5 films"),
        (4, 0.02, "2 films"),
        (16, 0.01, "20 films"),
    ],
)
def test_more_and_quicker_cores_make_more_films_at_once(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, cost: float, says: str
) -> None:
    monkeypatch.setattr(module.os, "cpu_count", lambda: cores)  # type: ignore[attr-defined]
    assert line(started(cost=cost), "Transcoder")[-1] == f"about {says} at 1080p at once"


def test_what_was_not_measured_is_not_promised() -> None:
    assert line(started(cost=None), "Transcoder") == ["FFmpeg 5.1.9 · x264 · no GPU"]


@pytest.mark.parametrize("how", [{"cost": None}, {"encoder": "VA-API"}])
def test_where_nothing_follows_from_anything_there_is_no_second_column(how: dict[str, Any]) -> None:
    box = started(screen="off", **how)
    assert len(line(box, "Screen")) == len(line(box, "Transcoder")) == 1


def test_an_ffmpeg_that_does_not_tell_its_version_is_said_in_words() -> None:
    assert line(started(ffmpeg=None), "Transcoder")[0] == "FFmpeg of an unknown version · x264 · no GPU"


def test_a_gpu_that_works_is_named_and_nothing_is_promised_of_it() -> None:
    assert line(started(encoder="VA-API"), "Transcoder") == ["FFmpeg 5.1.9 · VA-API"]


def test_software_that_was_asked_for_is_no_lack_of_a_gpu() -> None:
    box = started()
    asked = replace(box, settings=box.settings.model_copy(update={"encoder": "software"}))
    assert line(asked, "Transcoder")[0] == "FFmpeg 5.1.9 · x264 · as you asked"


def test_folders_are_shown_as_one_would_type_them(tmp_path: Path) -> None:
    beside = tmp_path.with_name(tmp_path.name + "-more")
    box = started(folders=[tmp_path / "Videos", Path("/films"), beside, tmp_path], films=1)
    assert line(box, "Library") == [f"~/Videos, /films, {beside}, ~ · 1 film"]
    assert line(started(films=0), "Library") == ["~/Videos · 0 films"]


def test_a_terminal_gets_the_code_as_a_picture_that_leads_to_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    make = segno.make

    def note(text: str, **more: Any) -> Any:
        drawn.append(text)
        return make(text, **more)

    monkeypatch.setattr(segno, "make", note)
    seen = banner(started(), qr=True).splitlines()
    assert drawn == ["http://192.168.1.20:8765/#pair=7F3K-9QXM"]
    plain = AS_PROMISED.splitlines()
    assert seen[: len(plain) - 1] == plain[:-1]
    assert seen[-1] == plain[-1]
    picture = seen[len(plain) - 1 : -1]
    assert len(picture) >= 12
    assert all(set(row) & set("█▀▄ ") for row in picture)
