"""A film that is made slower or faster stands before the judge, too, in orders that make the encoder begin anew; and
its subtitles are shown at their second of the film.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from clients.sdk import Capabilities, PathRef, connect
from tests import films, subtitled
from tests.daemon import daemon
from tests.e2e.judging import verdict
from tests.e2e.test_page import ARGUMENTS
from tests.e2e.test_subtitles import PLAY


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
                assert (await verdict(one, matinee.url_of(stream.url), *flags))["findings"] == []


@pytest.mark.alone
@pytest.mark.parametrize("rate", [0.5, 1.5])
async def test_chromium_shows_the_subtitles_of_such_a_film_at_their_second(tmp_path: Path, rate: float) -> None:
    film, begin = subtitled.make("srt"), 62.0
    folder = tmp_path / "films"
    folder.mkdir()
    shutil.copyfile(film, folder / film.name)
    cannot = Capabilities(playback_rate=False)
    with daemon(folder, tmp_path / "home") as one:
        async with (
            connect(one.url, name="TV", device_token=one.control.token, capabilities=cannot) as matinee,
            async_playwright() as playwright,
        ):
            await matinee.request_hls_stream(PathRef(path=film.name), position=begin, subtitle_track=0)
            await matinee.hls_set_rate(rate)
            stream = await matinee.hls_status()
            assert (stream.encoded_rate, bool(stream.url)) == (rate, True)
            chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            page = await chromium.new_page()
            await page.goto(one.url)
            script = one.url + "/vendor/hls.js-1.7.4/hls.min.mjs"
            trouble, shown, _ = await page.evaluate(PLAY, [script, matinee.url_of(stream.url or ""), begin / rate])
            await chromium.close()
    assert trouble == ""
    planned = {cue.text: cue.start for cue in subtitled.SPOKEN if cue.start > begin + 0.5}
    seen = [(planned[text], start * rate, at * rate) for text, start, at in shown if text in planned]
    assert len(seen) >= 1
    for second, start, at in seen:
        assert start == pytest.approx(second, abs=0.05)
        assert at == pytest.approx(second, abs=0.2)
