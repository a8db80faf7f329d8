"""FAULTS 8, 10 and 11: files that are no films, names that are no names, and films that are something else."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from clients.sdk import Matinee, MediaRef, PathRef
from protocol.errors import NotPlayable
from tests import films
from tests.daemon import daemon
from tests.e2e.stage import REAL, THROUGH, FakeFfmpeg, fetch, me

pytestmark = pytest.mark.alone

CANARY = "canary-4711-do-not-leave"
TEN_GB = 10 * 1024**3


def no_films(folder: Path) -> list[str]:
    """Row 8: fills a folder, answers the names."""
    film = films.make("b_frames").read_bytes()
    folder.mkdir()
    picture = folder / "picture.png"
    subprocess.run(
        [
            REAL,
            "-nostdin",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x180:rate=1:duration=1",
            "-frames:v",
            "1",
            str(picture),
        ],
        check=True,
    )
    noise = random.Random(8)
    (folder / "empty.mp4").touch()
    for ending in ("mp4", "mkv", "ts", "avi", "mp3", "flac", "mpg"):
        (folder / f"random.{ending}").write_bytes(noise.randbytes(300_000))
        (folder / f"page.{ending}").write_text("<!doctype html><html><body>" + "404 not found " * 500)
    (folder / "one byte.mp4").write_bytes(b"\0")
    picture.rename(folder / "picture.mp4")
    (folder / "truncated.mp4").write_bytes(film[: len(film) // 2])
    fast = films.make("fast_start").read_bytes()
    (folder / "truncated-fast-start.mp4").write_bytes(fast[: len(fast) // 2])
    (folder / "head only.mp4").write_bytes(film[:64])
    (folder / "head only.mkv").write_bytes(films.make("hevc_ac3").read_bytes()[:64])
    for ending in ("mp4", "mkv", "ts", "mpg"):
        with (folder / f"sparse.{ending}").open("wb") as sparse:
            sparse.truncate(TEN_GB)
    return sorted(path.name for path in folder.iterdir())


async def time_of_a_good_one(client: Matinee, at: Path) -> float:
    """Seconds that it takes to understand a film beside it: how busy the machine is just now."""
    shutil.copyfile(films.make("b_frames"), at)
    began = monotonic()
    await client.get_item(PathRef(path=f"good/{at.name}"))
    return monotonic() - began


async def test_files_that_are_no_films_are_refused_within_a_second_and_nothing_is_spawned(tmp_path: Path) -> None:
    names = no_films(tmp_path / "shelf")
    (tmp_path / "shelf" / "good").mkdir()
    fake = FakeFfmpeg(tmp_path / "bin", THROUGH)
    with daemon(tmp_path / "shelf", tmp_path / "home", env=fake.env) as running:
        async with me(running) as client:
            slow, longest = {}, 0.0
            for name in names:
                calm = await time_of_a_good_one(client, tmp_path / "shelf" / "good" / f"{name}.mp4")
                began = monotonic()
                with pytest.raises(NotPlayable) as caught:
                    await client.request_hls_stream(PathRef(path=name))
                took = monotonic() - began
                longest = max(longest, took)
                if took >= 1.0 + calm:
                    slow[name] = round(took, 2)
                assert str(tmp_path) not in caught.value.message, name
                assert caught.value.message.endswith("."), "a sentence"
            print("longest until refused, s", round(longest, 2))
            assert not slow
            assert (fake.spawns(), running.encoders()) == (0, [])
            listed = {item.path or "": item for item in (await client.browse()).items}
            assert sorted(listed) == names
            assert not [path for path, item in listed.items() if item.playable]


NAMES = [
    "line\nbreak.mp4", "tab\tand\rreturn.mp4", "escape \x1b[2J\x1b]0;owned\x07.mp4", "next\x85line and\u2028separator.mp4", "🎬 emoji 👩‍👩‍👧.mp4",
    "-leading dash.mp4", "-i.mp4", "--.mp4", "%d.mp4", "%05d %s %n.mp4", "concat:x.mp4", "Film: 1.mp4", "file:film.mp4", "http:evil.mp4", "pipe:0.mp4",
    "'single' \"double\" `back`.mp4", "$(touch owned) ; rm -rf *.mp4", "back\\slash.mp4", "semi;colon|pipe&and.mp4", "star*?[a-z].mp4", "{brace}.mp4",
    " spaces .mp4", "dots...mp4", "…mp4.mp4", "a" * 251 + ".mp4", "é" * 125 + ".mp4", "Amélie.mp4", "Ame\u0301lie.mp4", "\u202egnp.mp4",
    "#hash?query&x=%2e%2e.mp4", "%2e%2e%2f.mp4", "master.m3u8.mp4", "null\\0.mp4",
]  # fmt: skip
RAW_NAMES = [b"latin-1 \xe9t\xe9.mp4", b"\xff\xfe.mp4", b"half a pair \xed\xa0\x80.mp4", b"\x80" * 251 + b".mp4"]


async def test_a_film_of_any_name_is_listed_and_played(tmp_path: Path) -> None:
    shelf, film = tmp_path / "shelf", films.make("b_frames")
    below = shelf / "-%d concat:\n'x'"
    below.mkdir(parents=True)
    for name in NAMES:
        shutil.copyfile(film, shelf / name)
    shutil.copyfile(film, below / "-%d.mp4")
    for raw in RAW_NAMES:
        shutil.copyfile(film, os.fsencode(shelf) + b"/" + raw)
    with daemon(shelf, tmp_path / "home") as running:
        async with me(running, "a\nb \x1b[2J\u2028c") as client:
            listed = (await client.browse()).items
            assert sorted(item.path for item in listed if item.path) == sorted(NAMES)
            nameless = [item for item in listed if item.path is None]
            assert len(nameless) == len(RAW_NAMES)
            assert all("\ufffd" in item.title for item in nameless)
            refs: list[PathRef | MediaRef] = [PathRef(path=name) for name in [*NAMES, f"{below.name}/-%d.mp4"]]
            refs += [MediaRef(media_id=item.media_id) for item in nameless]
            for ref in refs:
                stream = await client.request_hls_stream(ref)
                status, body = await fetch(running, (stream.url or "").replace("master.m3u8", "video-0.ts"))
                assert (status, body[:1]) == (200, b"G"), ref
        for line in running.log_text().splitlines():
            assert json.loads(line)["event"], "every line is one entry, and whole"
        assert not (shelf / "owned").exists()


async def test_a_cache_folder_with_a_percent_sign_is_no_pattern(tmp_path: Path) -> None:
    shelf, cache = tmp_path / "shelf", tmp_path / "100%d and 'more'"
    shelf.mkdir()
    shutil.copyfile(films.make("b_frames"), shelf / "film.mp4")
    with daemon(shelf, tmp_path / "home", "--cache-dir", str(cache)) as running:
        async with me(running) as client:
            stream = await client.request_hls_stream(PathRef(path="film.mp4"))
            assert (await fetch(running, (stream.url or "").replace("master.m3u8", "video-0.ts")))[0] == 200


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """A port that writes down whatever connects to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    heard.append(b"connected")

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1], heard
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def disguises(canary: Path, port: int) -> dict[str, str]:
    """Row 11: what a playlist that calls itself a film would have FFmpeg read."""
    here, there = f"file://{canary}", f"http://127.0.0.1:{port}/film.ts"
    hls = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n"
    return {
        "local playlist": hls.format(canary),
        "local playlist by URL": hls.format(here),
        "concat in a playlist": hls.format(f"concat:{canary}|{there}"),
        "remote playlist": hls.format(there),
        "playlist with a key": hls.format("film.ts").replace(
            "#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{there}"\n#EXTINF', 1
        ),
        "playlist with an init": hls.format("film.ts").replace("#EXTINF", f'#EXT-X-MAP:URI="{here}"\n#EXTINF', 1),
        "master playlist": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{there}\n",
        "ffconcat": f"ffconcat version 1.0\nfile '{canary}'\nduration 5\nfile '{there}'\n",
        "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        "cue sheet": f'FILE "{canary}" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
        "pls": f"[playlist]\nFile1={there}\nLength1=10\nNumberOfEntries=1\n",
        "dash": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>{there}</BaseURL><SegmentBase/></Representation></AdaptationSet></Period></MPD>',
        "smil": f'<smil><body><video src="{there}"/></body></smil>',
        "avisynth": f'AviSource("{canary}")\n',
        "rtsp redirect": f"[Reference]\nRef1={there}\n",
        "subtitles of a film": f"[SCRIPT]\nDialogue: {canary}\n",
        "live text": CANARY * 200,
        "webm manifest": f'<MPD profiles="webm"><BaseURL>{here}</BaseURL></MPD>',
        "image pattern": str(canary.with_name("%d.png")),
        "vapoursynth": f"import os\nos.system('cat {canary}')\n",
    }


def external_reference(film: bytes, canary: Path) -> bytes:
    """An MP4 whose data reference says `in that other file`: as QuickTime's reference movies do."""
    own = b"\0\0\0\x0curl \0\0\0\x01"
    assert own in film
    return film.replace(own, b"\0\0\0\x0curl \0\0\0\0").replace(b"url \0\0\0\0", b"alis\0\0\0\0")


async def test_a_playlist_in_disguise_makes_nothing_leave_and_nothing_connect(tmp_path: Path) -> None:
    shelf, canary = tmp_path / "shelf", tmp_path / "canary.txt"
    shelf.mkdir()
    canary.write_text(CANARY * 500)
    fake = FakeFfmpeg(tmp_path / "bin", THROUGH)
    with listening() as (port, heard):
        for name, text in disguises(canary, port).items():
            for ending in ("mp4", "mkv", "ts", "avi", "mp3"):
                (shelf / f"{name}.{ending}").write_text(text)
        names = sorted(path.name for path in shelf.iterdir())
        with daemon(shelf, tmp_path / "home", env=fake.env) as running:
            async with me(running) as client:
                for name in names:
                    with pytest.raises(NotPlayable) as caught:
                        await client.request_hls_stream(PathRef(path=name))
                    assert CANARY not in str(caught.value.to_wire()), name
                for page in (1, 2):
                    assert not [item.path for item in (await client.browse(page=page)).items if item.playable]
            assert fake.spawns() == 0
            assert CANARY not in running.log_text()
    assert heard == []


async def test_a_film_that_becomes_a_playlist_after_it_was_understood_shows_nothing_of_another_file(
    tmp_path: Path,
) -> None:
    shelf, canary = tmp_path / "shelf", tmp_path / "canary.ts"
    shelf.mkdir()
    shutil.copyfile(films.make("transport"), canary)
    film = shelf / "film.mp4"
    shutil.copyfile(films.make("b_frames"), film)
    with listening() as (port, heard):
        playlist = disguises(canary, port)["local playlist"]
        swap = tmp_path / "playlist"
        swap.write_text(playlist)
        body = f'[ -e "$CUT/once" ] || {{ : > "$CUT/once"; cp {swap} "{film}"; }}\n{THROUGH}'
        fake = FakeFfmpeg(tmp_path / "bin", body)
        with daemon(shelf, tmp_path / "home", env=fake.env) as running:
            async with me(running) as client:
                stream = await client.request_hls_stream(PathRef(path="film.mp4"))
                status, served = await fetch(running, (stream.url or "").replace("master.m3u8", "video-0.ts"))
                assert (status, served) == (503, b"Not ready yet\n")
                assert film.read_text() == playlist
                assert (await client.hls_status()).state in ("failed", "starting")
        assert heard == []


async def test_an_mp4_that_points_into_another_file_is_not_followed(tmp_path: Path) -> None:
    shelf, canary = tmp_path / "shelf", tmp_path / "canary.txt"
    shelf.mkdir()
    canary.write_text(CANARY * 500)
    (shelf / "reference.mp4").write_bytes(external_reference(films.make("b_frames").read_bytes(), canary))
    with daemon(shelf, tmp_path / "home") as running:
        async with me(running) as client:
            try:
                stream = await client.request_hls_stream(PathRef(path="reference.mp4"))
            except NotPlayable:
                return
            status, body = await fetch(running, (stream.url or "").replace("master.m3u8", "video-0.ts"))
            assert status in (200, 503)
            assert CANARY.encode() not in body
