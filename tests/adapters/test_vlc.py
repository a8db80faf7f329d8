"""VLC itself, headless: whatever it is given, and whatever befalls it."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from signal import SIGTERM
from time import monotonic

import anyio
import psutil
import pytest

from controller.adapters.vlc.player import VlcPlayers
from controller.core.screen_calls import Close, Hold, Open, Report, Seek, SetMute, SetVolume
from controller.ports import PlayerEnd
from tests import films
from tests.fakes.beside import Beside
from tests.screen_stage import Stage

pytestmark = pytest.mark.alone

HEARD_BY_NOBODY = ("--vout=dummy", "--aout=alsa", "--alsa-audio-device=null")
"""Real sound with a real volume, into nothing."""
OTHER_SOUND = {
    "mp3": [],
    "aac": [],
    "ac3": [],
    "eac3": [],
    "dts": ["-strict", "-2"],
    "wav": [],
    "ogg": ["-c:a", "libvorbis"],
    "opus": ["-c:a", "libopus"],
    "wma": [],
    "mp2": [],
    "mpg": [],
}


@pytest.fixture
async def stage(beside: Beside) -> Stage:
    return await on_stage(beside, VlcPlayers(display=False))


async def on_stage(beside: Beside, players: VlcPlayers) -> Stage:
    one = Stage(players)
    beside.live(one.run())
    await one.wait(lambda: one.reports)
    return one


async def refused(stage: Stage, path: Path, epoch: int = 1) -> float:
    """Open what is no film: it must end and never be shown; answers after how many seconds."""
    began = monotonic()
    await stage.call(Open(epoch, str(path), 0.0, False))
    await stage.until(lambda report: report.epoch == epoch and report.state == "ended")
    took = monotonic() - began
    assert not any(report.shown for report in stage.reports if report.epoch == epoch)
    return took


# ── films ─────────────────────────────────────────────────────────────────────────────────────────


async def test_every_kind_of_film_is_shown_from_where_it_is_wanted(stage: Stage) -> None:
    names = [name for name in films.RECIPES if not name.startswith(("bench", "minute"))]
    for epoch, name in enumerate(names, 1):
        report = await stage.show(epoch, name, 5.0)
        assert report.time == pytest.approx(5.3, abs=1.0), name


async def test_every_kind_of_sound_is_played_without_a_picture(stage: Stage, tmp_path: Path) -> None:
    for epoch, (ending, options) in enumerate(OTHER_SOUND.items(), 1):
        path = tmp_path / f"sound.{ending}"
        make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=4", *options, str(path)]
        await anyio.run_process(make)
        report = await stage.show(epoch, path, 1.0)
        assert report.time == pytest.approx(1.4, abs=1.0), ending


async def test_other_films_begin_in_a_pause_as_well(stage: Stage) -> None:
    for epoch, name in enumerate(("transport", "vp9_opus", "sound_only", "silent", "flash"), 1):
        report = await stage.show(epoch, name, 4.0, paused=True)
        assert report.state == "paused", name
        assert report.time == pytest.approx(4.3, abs=0.8), name


async def test_a_pause_that_is_asked_for_while_a_film_opens_waits_for_its_first_picture(stage: Stage) -> None:
    await stage.call(Open(1, str(films.make("hevc_ac3")), 3.0, False), Hold(True))
    assert (await stage.until(lambda report: report.shown)).state == "paused"
    await stage.call(Open(2, str(films.make("b_frames")), 3.0, True), Hold(False))
    assert (await stage.until(lambda report: report.epoch == 2 and report.shown)).state == "playing"


NAMES = [
    b"new\nline.mp4",
    "\N{CLAPPER BOARD} e\N{COMBINING ACUTE ACCENT}.mp4".encode(),
    b"-leading.mp4",
    b"%d %20 %41.mp4",
    b"concat:x.mp4",
    b"Film: 1.mp4",
    b'it\'s "so" #1?.mp4',
    b"x" * 251 + b".mp4",
    b"caf\xe9\xff.mp4",
    b"no ending",
    b"film.m3u8",
]


async def test_a_film_may_have_any_name(stage: Stage, tmp_path: Path) -> None:
    for epoch, name in enumerate(NAMES, 1):
        path = tmp_path / os.fsdecode(name)
        path.write_bytes(films.make("b_frames").read_bytes())
        assert (await stage.show(epoch, path, 2.0)).shown, name


async def test_a_film_that_is_deleted_while_it_plays_plays_on(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(films.make("b_frames").read_bytes())
    await stage.show(1, path, 2.0)
    path.unlink()
    await stage.call(Seek(9.0))
    await stage.until(lambda report: (report.time or 0) > 9.3)


# ── what is no film ───────────────────────────────────────────────────────────────────────────────


def png(path: Path) -> None:
    make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=duration=0.04", "-c:v", "png", "-f", "image2"]
    subprocess.run([*make, "-update", "1", str(path)], check=True, timeout=30)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 * 1024**3)


NOISE = random.Random(5).randbytes(300_000)
NO_FILMS: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.touch(),
    "random": lambda path: path.write_bytes(NOISE),
    "html": lambda path: path.write_text("<!doctype html><title>404</title>" * 100),
    "png": png,
    "sparse": sparse,
    "truncated": lambda path: path.write_bytes(films.make("b_frames").read_bytes()[:200_000]),
    "random mkv": lambda path: path.write_bytes(b"\x1aE\xdf\xa3" + NOISE),
    "random mp4": lambda path: path.write_bytes(b"\x00\x00\x00\x18ftypisom" + NOISE),
    "random avi": lambda path: path.write_bytes(b"RIFF\x00\x00\x10\x00AVI LIST" + NOISE),
    "random flv": lambda path: path.write_bytes(b"FLV\x01" + NOISE),
    "random asf": lambda path: path.write_bytes(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + NOISE),
    "random ogg": lambda path: path.write_bytes(b"OggS" + NOISE),
    "random ts": lambda path: path.write_bytes((b"\x47" + NOISE[:187]) * 2_000),
    "random ps": lambda path: path.write_bytes(b"\x00\x00\x01\xba" + NOISE),
    "folder": lambda path: path.mkdir(),
    "fifo": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "link": lambda path: path.symlink_to(films.make("b_frames")),
}


async def test_what_is_no_film_ends_within_a_second_and_a_film_can_follow(stage: Stage, tmp_path: Path) -> None:
    for epoch, (kind, make) in enumerate(NO_FILMS.items(), 1):
        path = tmp_path / kind / "film.mp4"
        path.parent.mkdir()
        make(path)
        assert await refused(stage, path, epoch) < 1, kind
    await stage.show(100, "b_frames")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody in the network who should not be called."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        one.setblocking(False)
        yield one


def playlists(canary: Path, url: str) -> dict[str, str]:
    local = f"file://{canary}"
    return {
        "hls": f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:12\n#EXTINF:12.0,\n{local}\n#EXTINF:5.0,\n{url}.ts\n"
        "#EXT-X-ENDLIST\n",
        "m3u": f"#EXTM3U\n#EXTINF:5,a\n{canary}\n#EXTINF:5,b\n{url}.mp4\n",
        "asx": f'<asx version="3.0"><entry><ref href="{local}"/></entry><entry><ref href="{url}"/></entry></asx>',
        "xspf": '<?xml version="1.0" encoding="UTF-8"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>'
        f"<track><location>{local}</location></track><track><location>{url}</location></track></trackList></playlist>",
        "pls": f"[playlist]\nFile1={canary}\nFile2={url}\nNumberOfEntries=2\n",
        "ffconcat": f"ffconcat version 1.0\nfile '{canary.name}'\n",
        "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT5S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" '
        f'bandwidth="1"><BaseURL>{url}</BaseURL></Representation></AdaptationSet></Period></MPD>',
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 33\n",
        "cue": f'FILE "{canary.name}" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
    }


async def test_a_playlist_that_is_named_like_a_film_is_not_followed(
    stage: Stage, tmp_path: Path, listener: socket.socket
) -> None:
    canary = canary_in(tmp_path)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    cases = [(kind, text, ending) for kind, text in playlists(canary, url).items() for ending in ("mp4", "mkv")]
    for epoch, (kind, text, ending) in enumerate(cases, 1):
        path = tmp_path / f"{kind}.{ending}"
        path.write_text(text)
        await refused(stage, path, epoch)
        assert_untouched(canary, listener)


async def test_a_film_that_refers_to_another_one_is_not_followed(
    stage: Stage, tmp_path: Path, listener: socket.socket
) -> None:
    """QuickTime's reference movies: `moov/rmra/rmda/rdrf` holds an address."""
    canary = canary_in(tmp_path)
    for epoch, address in enumerate((f"file://{canary}", f"http://127.0.0.1:{listener.getsockname()[1]}/x"), 1):
        text = address.encode() + b"\x00"
        reference = box(b"rdrf", bytes(4) + b"url " + len(text).to_bytes(4) + text)
        path = tmp_path / f"film-{epoch}.mov"
        path.write_bytes(box(b"ftyp", b"qt  " + bytes(4)) + box(b"moov", box(b"rmra", box(b"rmda", reference))))
        await refused(stage, path, epoch)
    assert_untouched(canary, listener)


async def test_what_lies_beside_a_film_is_not_opened(stage: Stage, tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    film.write_bytes(films.make("several_tracks").read_bytes())
    canary = canary_in(tmp_path)
    beside = [canary.rename(tmp_path / "film.ts"), tmp_path / "film.srt", tmp_path / "film-2.mkv"]
    beside[1].write_text("1\n00:00:00,000 --> 00:00:10,000\nx\n")
    beside[2].write_bytes(film.read_bytes())
    for path in beside:
        never_read(path)
    await stage.show(1, film, 2.0)
    assert all(path.stat().st_atime == 1 for path in beside)


def canary_in(folder: Path) -> Path:
    """A film that would be shown if somebody followed to it, never read yet."""
    canary = folder / "canary.ts"
    canary.write_bytes(films.make("transport").read_bytes())
    never_read(canary)
    return canary


def never_read(path: Path) -> None:
    """Set the time of its last reading; `relatime` moves it with the next one."""
    os.utime(path, (1, path.stat().st_mtime))


def assert_untouched(canary: Path, listener: socket.socket) -> None:
    assert canary.stat().st_atime == 1
    with pytest.raises(BlockingIOError):
        listener.accept()


def box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4) + kind + content


# ── sound ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def loud(beside: Beside) -> AsyncIterator[Stage]:
    """A player with real sound."""
    yield await on_stage(beside, VlcPlayers(True, HEARD_BY_NOBODY))
    await beside.end()


async def test_volume_and_mute_are_set_told_and_outlast_their_film(loud: Stage) -> None:
    def heard(volume: int, muted: bool) -> Callable[[Report], object]:
        return lambda report: report.shown and (report.volume, report.muted) == (volume, muted)

    await loud.show(1, "b_frames")
    await loud.until(heard(100, muted=False))
    for volume in (57, 0, 100, 33):
        await loud.call(SetVolume(volume))
        await loud.until(heard(volume, muted=False))
    await loud.call(SetMute(True))
    await loud.until(heard(33, muted=True))
    await loud.show(2, "hevc_ac3", 1.0, paused=True)
    await loud.until(heard(33, muted=True))
    await loud.call(SetMute(False), Hold(False))
    await loud.until(heard(33, muted=False))


async def test_a_film_that_begins_in_a_pause_is_silent_only_until_then(loud: Stage) -> None:
    await loud.call(Open(1, str(films.make("b_frames")), 3.0, True))
    await loud.until(lambda report: report.state == "opening" and report.muted)
    await loud.until(lambda report: report.state == "paused" and report.muted is False)


# ── its life ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_player_that_is_stopped_in_its_tracks_is_replaced_where_it_was(beside: Beside, stage: Stage) -> None:
    await stage.show(1, "b_frames", 2.0)
    began = monotonic()
    stage.hang()
    await stage.wait(lambda: stage.end)
    assert 2.9 < monotonic() - began < 4
    next_one = await on_stage(beside, VlcPlayers(display=False))
    report = await next_one.show(2, "b_frames", 6.0)
    assert report.time == pytest.approx(6.3, abs=0.6)
    assert monotonic() - began < 4 + 3


async def test_a_player_that_libvlc_refuses_is_over_before_it_began() -> None:
    stage = Stage(VlcPlayers(False, ("--no-such-option",)))
    with anyio.fail_after(10):
        await stage.run()
    assert (stage.player, stage.end) == (None, PlayerEnd("VLC gave up with exit code 1."))


async def test_a_python_that_is_not_there_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/python")
    stage = Stage(VlcPlayers(False))
    await stage.run()
    assert stage.player is None
    assert stage.end is not None
    assert stage.end.reason


@pytest.mark.parametrize("end", ["stdin", "term"])
async def test_the_child_ends_by_itself_when_nobody_is_left_to_tell_it_anything(end: str) -> None:
    words = [sys.executable, "-P", "-m", "controller.adapters.vlc.child", "--headless"]
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL)
    assert child.stdin is not None
    assert child.stdout is not None
    assert b"report" in await asyncio.wait_for(child.stdout.readline(), 10)
    child.stdin.close() if end == "stdin" else child.send_signal(SIGTERM)
    assert await asyncio.wait_for(child.wait(), 2) == 0


async def test_twenty_films_in_a_row_leave_no_descriptor_and_no_thread_behind(stage: Stage) -> None:
    assert stage.player is not None
    process = psutil.Process(stage.player.pid)
    await stage.show(1, "b_frames")
    await stage.call(Close())
    descriptors, threads = process.num_fds(), process.num_threads()
    for epoch in range(2, 22):
        await stage.call(Open(epoch, str(films.make("b_frames")), 1.0, bool(epoch % 2)))
        await anyio.sleep(0.05)  # some are replaced while they open, some while they play
    await stage.show(30, "hevc_ac3")
    await stage.call(Close())
    assert process.num_fds() <= descriptors + 1
    assert process.num_threads() <= threads + 2


async def test_who_listens_badly_gets_to_hear_of_it_and_the_child_is_gone() -> None:
    class Bad(Stage):
        def on_report(self, report: Report) -> None:
            raise ZeroDivisionError

    stage = Bad(VlcPlayers(display=False))
    with pytest.raises(ZeroDivisionError):
        await stage.run()
    assert stage.player is not None
    assert not psutil.pid_exists(stage.player.pid)
