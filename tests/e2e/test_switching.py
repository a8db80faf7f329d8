"""Quality and language changed while a film plays: what was made before and what is made after join, for an independent eye."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from clients.sdk import Matinee, PathRef, connect
from protocol.results import StreamStatus
from tests import films
from tests.daemon import Daemon, daemon
from tests.e2e.hls_audit import packets, span
from tests.e2e.stage import fetch

VIDEO_GAP, VIDEO_OVERLAP = 0.05, 0.04
AUDIO_GAP, AUDIO_OVERLAP = 0.06, 0.02
"""Seconds: the tolerances that the judge has at every boundary."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("films")
    for name in ("several_tracks", "minute", "minute_hevc", "variable_rate", "noise"):
        film = films.make(name)
        shutil.copyfile(film, folder / f"{name}{film.suffix}")
    with daemon(folder, tmp_path_factory.mktemp("home")) as one:
        yield one


async def segment(running: Daemon, stream: StreamStatus, rendition: str, index: int) -> bytes:
    """A segment's bytes."""
    base = (stream.url or "").removesuffix("master.m3u8")
    status, body = await fetch(running, f"{base}{rendition}-{index}.ts")
    assert status == 200
    return body


def assert_joined(kind: str, before: bytes, after: bytes) -> None:
    """The second segment begins where the first ends, and with a keyframe."""
    first, second = packets(before)[kind], packets(after)[kind]
    gap = span(second)[0] - span(first)[1]
    most, least = (VIDEO_GAP, -VIDEO_OVERLAP) if kind == "video" else (AUDIO_GAP, -AUDIO_OVERLAP)
    assert least <= gap <= most, f"{kind}: {gap:+.3f} s"
    if kind == "video":
        assert min(second)[2], "no keyframe"


@pytest.mark.parametrize("film", ["minute.mp4", "minute_hevc.mkv", "variable_rate.mkv"])
@pytest.mark.parametrize(
    "ways", [("auto", "360p", "480p"), ("480p", "auto", "original"), ("720p", "audio-only", "auto")]
)
async def test_every_quality_switch_keeps_the_second_and_the_picture_goes_on(
    running: Daemon, film: str, ways: tuple[str, ...]
) -> None:
    """Segments before and after the switch, at the same address or another, stand at the same film time."""
    async with connect(running.url, name="switcher", device_token=running.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path=film), quality=ways[0])  # type: ignore[arg-type]  # parametrized
        origin = span(
            packets(await segment(running, stream, *await leading(running, stream, 0.0)))[
                "audio" if ways[0] == "audio-only" else "video"
            ]
        )[0]
        for step, quality in enumerate(ways[1:], 1):
            at = 2.0 + 2.0 * step
            await matinee.hls_seek(at)
            stream = await matinee.hls_set_quality(quality)  # type: ignore[arg-type]  # parametrized
            assert stream.quality == quality
            assert stream.timeline
            assert stream.timeline.position == pytest.approx(at, abs=1.0)
            rendition, index = await leading(running, stream, at)
            kind = "video" if rendition == "video" else "audio"
            start = span(packets(await segment(running, stream, rendition, index))[kind])[0]
            listed = await starts(running, stream, rendition)
            assert start - origin == pytest.approx(listed[index] - listed[0], abs=0.1)


async def leading(running: Daemon, stream: StreamStatus, position: float) -> tuple[str, int]:
    """The leading rendition, and its segment at a position."""
    _, master = await fetch(running, stream.url or "")
    name = master.decode().strip().splitlines()[-1].removesuffix(".m3u8")
    listed = await starts(running, stream, name)
    return name, max(index for index, start in enumerate(listed) if start <= position)


async def starts(running: Daemon, stream: StreamStatus, rendition: str) -> list[float]:
    """When each segment begins, by the playlist."""
    base = (stream.url or "").removesuffix("master.m3u8")
    _, text = await fetch(running, f"{base}{rendition}.m3u8")
    lengths = [float(line[8:].rstrip(",")) for line in text.decode().splitlines() if line.startswith("#EXTINF:")]
    return [sum(lengths[:index]) for index in range(len(lengths))]


@pytest.mark.parametrize(
    ("film", "before", "after"),
    [("minute.mp4", "auto", "360p"), ("minute.mp4", "720p", "480p"), ("minute_hevc.mkv", "auto", "360p")],
)
async def test_a_switch_in_place_joins_without_a_gap(running: Daemon, film: str, before: str, after: str) -> None:
    async with connect(running.url, name="switcher", device_token=running.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path=film), quality=before)  # type: ignore[arg-type]  # parametrized
        old = [await segment(running, stream, kind, index) for kind in ("video", "audio-0") for index in (0, 1)]
        changed = await matinee.hls_set_quality(after)  # type: ignore[arg-type]  # parametrized
        assert changed.url == stream.url
        new = [await segment(running, stream, kind, index) for kind in ("video", "audio-0") for index in (2, 3)]
        for kind, place in (("video", 0), ("audio", 2)):
            assert_joined(kind, old[place + 1], new[place])
            assert_joined(kind, new[place], new[place + 1])
        again = [await segment(running, stream, "video", index) for index in (0, 1)]
        assert again == old[:2], "what was served stays as it was"
        assert height_of(new[0]) == int(after.removesuffix("p")) or height_of(new[0]) == 180


def height_of(body: bytes) -> int:
    """The picture's lines, by FFprobe."""

    command = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "stream=height",
        "-of",
        "csv=p=0",
        "-",
    ]
    told = subprocess.run(command, input=body, capture_output=True, check=True, timeout=30).stdout
    return int(told.split()[0])


async def test_another_language_joins_where_the_first_one_was(running: Daemon) -> None:
    async with connect(running.url, name="switcher", device_token=running.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path="several_tracks.mkv"))
        first = [await segment(running, stream, "audio-0", index) for index in (0, 1)]
        changed = await selected(matinee, 1)
        assert changed.url == stream.url
        second = [await segment(running, stream, "audio-1", index) for index in (0, 1, 2)]
        assert_joined("audio", first[0], second[1])
        assert_joined("audio", second[1], second[2])
        assert span(packets(first[1])["audio"])[0] == pytest.approx(span(packets(second[1])["audio"])[0], abs=0.03)
        assert first[1] != second[1], "another tone"


async def selected(matinee: Matinee, track: int) -> StreamStatus:
    """The stream after a sound was chosen."""
    changed = await matinee.hls_set_tracks(audio_track=track)
    assert changed.tracks
    assert [audio.selected for audio in changed.tracks.audio] == [number == track for number in range(2)]
    return changed


async def test_no_segment_takes_more_than_the_playlist_says(running: Daemon) -> None:
    """RFC 8216 §4.3.4.2: BANDWIDTH is not less than any segment's bit rate, with its sound."""
    async with connect(running.url, name="meter", device_token=running.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path="noise.mkv"))
        _, master = await fetch(running, stream.url or "")
        told = int(re.findall(r"[:,]BANDWIDTH=(\d+)", master.decode())[0])
        listed = await starts(running, stream, "video")
        ends = [*listed[1:], stream.duration or 0.0]
        for index, (start, end) in enumerate(zip(listed, ends, strict=True)):
            size = sum([len(await segment(running, stream, rendition, index)) for rendition in ("video", "audio-0")])
            assert 8 * size / (end - start) <= told, f"segment {index}"
