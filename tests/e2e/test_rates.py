"""A film that is made slower or faster stands before the judge, too, in orders that make the encoder begin anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clients.sdk import Capabilities, PathRef, connect
from tests import films
from tests.daemon import daemon
from tests.e2e.judging import verdict


@pytest.mark.parametrize(("kind", "rate"), [("hevc_ac3", 0.5), ("b_frames", 1.5), ("transport", 3.0)])
async def test_the_judge_finds_nothing_at_a_rate(tmp_path: Path, kind: str, rate: float) -> None:
    film = films.make(kind)
    folder = tmp_path / "films"
    folder.mkdir()
    shutil.copyfile(film, folder / film.name)
    with daemon(folder, tmp_path / "home") as one:
        cannot = Capabilities(playback_rate=False)
        async with connect(one.url, name="TV", device_token=one.control.token, capabilities=cannot) as matinee:
            plain = await matinee.request_hls_stream(PathRef(path=film.name))
            line = await matinee.hls_set_rate(rate)
            stream = await matinee.hls_status()
            assert (line.rate, stream.encoded_rate) == (rate, rate)
            assert stream.duration == pytest.approx(plain.duration, abs=0.1)
            assert stream.url
            assert stream.url != plain.url
            for order in ("random", "jumpy"):
                flags = ("--order", order, "--duration", str(films.duration(film) / rate))
                assert (await verdict(matinee.url_of(stream.url), *flags))["findings"] == []
