"""What a run begins with that starts in the middle of a film: the picture that stands there, and sound without a hole."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import av
import pytest

from controller.adapters.ffmpeg.encoder import FfmpegEncoder
from controller.adapters.media.worker import look
from controller.core.delivery import Delivery, Wish, decide
from controller.core.playlist import VIDEO, Rendition, SegmentId, sound_of
from controller.core.segment_plan import MEDIA_OFFSET
from controller.core.stream_phase import Completed
from controller.ports import EncodeJob
from tests.adapters.kept import Kept
from tests.colours import COLOURS, EACH, colour_of, coloured_film
from tests.fakes.segments import FakeDirectory
from tests.fakes.subtitles import FakeSubtitles
from tests.film_parts import picture, sound

SOUND = sound_of(0)


def make(film: Path, *words: str) -> Path:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *words, str(film)]
    subprocess.run(command, check=True, timeout=60)
    return film


async def segment(film: Path, at: float, rendition: Rendition, folder: Path) -> tuple[float, bytes, Delivery]:
    """The segment of a time, the first of a run of its own: where it begins and its bytes."""
    facts = look(bytes(film))
    delivery = decide(facts, Wish())
    index = delivery.plan.index_at(at)
    assert index > 0
    directory, kept = FakeDirectory(folder / f"run-{index}-{rendition}"), Kept()
    job = EncodeJob(film, facts, delivery, index, 1, directory, frozenset([rendition]))
    assert await FfmpegEncoder(FakeSubtitles()).encode(job, kept) == Completed()
    return delivery.plan.boundaries[index], kept.made[SegmentId(rendition, index)], delivery


def times(made: bytes) -> list[float]:
    """When its frames are shown or heard, in playlist time."""
    with av.open(BytesIO(made), "r") as container:
        found = [float(packet.pts * packet.time_base) for packet in container.demux() if packet.pts is not None]
    return [at - MEDIA_OFFSET for at in sorted(found)]


def first_picture(made: bytes) -> str:
    command = ["ffmpeg", "-v", "error", "-f", "mpegts", "-i", "-", "-frames:v", "1", "-f", "mjpeg", "-"]
    image = subprocess.run(command, input=made, check=True, capture_output=True, timeout=60).stdout
    return colour_of(image, 0, 0, 320, 180)


@pytest.mark.parametrize("ending", ["mp4", "mkv", "webm"])
async def test_the_picture_that_stands_at_the_beginning_is_shown(ending: str, tmp_path: Path) -> None:
    """Slides, each for ten seconds: one picture in the file."""
    minute = coloured_film(tmp_path / "minute.mp4")
    codec = ["-c:v", "libvpx-vp9", "-deadline", "realtime"] if ending == "webm" else ["-c:v", "mpeg4"]
    slides = ["-i", str(minute), "-vf", f"select=not(mod(n\\,{10 * EACH}))", "-fps_mode", "vfr", *codec]
    film = make(tmp_path / f"slides.{ending}", *slides)
    for at in (15.5, 29.0, 38.0, 47.5):
        start, made, delivery = await segment(film, at, VIDEO, tmp_path)
        assert delivery.encodes
        assert (at, first_picture(made)) == (at, COLOURS[int(start // EACH)])
        assert times(made)[0] == pytest.approx(start, abs=0.001)


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
async def test_where_there_is_only_sound_any_more_the_last_picture_stands(ending: str, tmp_path: Path) -> None:
    codecs = ["-c:v", "mpeg4", "-c:a", "aac"]
    film = make(tmp_path / f"short.{ending}", *picture(seconds=2), *sound(seconds=20), "-vf", "negate", *codecs)
    start, made, delivery = await segment(film, 16.0, VIDEO, tmp_path)
    shown, step = times(made), 1 / 25
    assert shown[0] == pytest.approx(start, abs=0.001)
    assert shown[-1] + step == pytest.approx(delivery.plan.end(delivery.plan.index_at(start)), abs=step)
    assert len(shown) == round((shown[-1] - shown[0]) / step) + 1
    heard = times((await segment(film, 16.0, SOUND, tmp_path))[1])
    assert heard[0] == pytest.approx(start, abs=0.03)


@pytest.mark.parametrize("rate", [8_000, 22_050, 32_000, 44_100])
async def test_sound_of_any_rate_is_there_from_the_beginning_of_a_run(rate: int, tmp_path: Path) -> None:
    film = make(tmp_path / "film.mkv", *picture(seconds=20), *sound(rate, 20), "-c:v", "mpeg4", "-c:a", "pcm_s16le")
    start, made, delivery = await segment(film, 9.0, SOUND, tmp_path)
    heard, step = times(made), 1024 / 48_000
    assert heard[0] == pytest.approx(start, abs=step)
    assert heard[-1] + step == pytest.approx(delivery.plan.end(delivery.plan.index_at(start)), abs=step)
    assert len(heard) == round((heard[-1] - heard[0]) / step) + 1


async def test_a_picture_in_avi_is_encoded_for_it_does_not_tell_when_it_is_shown(tmp_path: Path) -> None:
    h264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-bf", "2", "-c:a", "libmp3lame"]
    film = make(tmp_path / "film.avi", *picture(seconds=12), *sound(seconds=12), *h264)
    start, made, delivery = await segment(film, 8.0, VIDEO, tmp_path)
    assert (delivery.encodes, delivery.reasons[0]) == (True, "keyframes_unknown")
    assert times(made)[0] == pytest.approx(start, abs=0.001)
