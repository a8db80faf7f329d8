"""Subtitles from end to end: as HTTP serves them, before the judge, and in a real Chromium, by the second."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import anyio
import psutil
import pytest
from playwright.async_api import async_playwright

from clients.sdk import Matinee, PathRef, connect
from tests import subtitled
from tests.daemon import Daemon, daemon
from tests.e2e.judging import ORDERS, verdict
from tests.e2e.test_page import ARGUMENTS

NAMES = ["srt", "ass", "webvtt", "mov_text", "late", "twenty", "pictures_first", "bare"]
BESIDE = {
    "bare.fr.srt": ("Ça va être là ?", "latin-1"),
    "bare.en.forced.srt": ("Hello", "utf-16"),
    "bare.ru.srt": ("Где ты был вчера вечером?", "cp1251"),
    "bare.German.sdh.srt": ("Schöne Grüße", "utf-8-sig"),
}


@pytest.fixture(scope="module")
def cinema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("cinema")
    for name in NAMES:
        film = subtitled.make(name)
        shutil.copyfile(film, folder / f"{name}{film.suffix}")
    for name, (text, encoding) in BESIDE.items():
        (folder / name).write_bytes(f"1\r\n00:00:01,000 --> 00:00:02,000\r\n{text}\r\n".encode(encoding))
    with daemon(folder, tmp_path_factory.mktemp("home")) as one:
        yield one


def path_of(name: str) -> str:
    return f"{name}{subtitled.make(name).suffix}"


async def opened(matinee: Matinee, name: str, subtitle_track: int | None = None) -> str:
    """The address below which a stream lies."""
    stream = await matinee.request_hls_stream(PathRef(path=path_of(name)), subtitle_track=subtitle_track)
    assert stream.url
    return matinee.url_of(stream.url).removesuffix("master.m3u8")


def get(url: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


async def fetch(url: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    return await anyio.to_thread.run_sync(get, url, method)


def viewer(one: Daemon, name: str) -> Matinee:
    return connect(one.url, name=name, device_token=one.control.token)


async def test_a_segment_is_text_that_may_be_kept_for_ever_by_any_page(cinema: Daemon) -> None:
    async with viewer(cinema, "headers") as matinee:
        base = await opened(matinee, "srt")
        status, headers, body = await fetch(base + "subtitles-0-0.vtt")
        assert (status, headers["Content-Type"]) == (200, "text/vtt; charset=utf-8")
        assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert body.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:00:00.5")
        assert (await fetch(base + "subtitles-0-0.vtt", "OPTIONS"))[0] == 204
        status, headers, body = await fetch(base + "subtitles-0.m3u8")
        assert (status, headers["Content-Type"]) == (200, "application/vnd.apple.mpegurl; charset=utf-8")
        assert body.count("#EXTINF:60.000000") == 2


async def test_whatever_there_is_not_looks_like_everything_that_there_is_not(cinema: Daemon) -> None:
    async with viewer(cinema, "unknown") as matinee:
        base = await opened(matinee, "pictures_first")
        unknown = await fetch(cinema.url + "/hls/nobody/nothing/master.m3u8")
        for name in (
            "subtitles-0.m3u8", "subtitles-0-0.vtt", "subtitles-2.m3u8", "subtitles-2-0.vtt", "subtitles-1-3.vtt",
            "subtitles-01-0.vtt", "subtitles-1--1.vtt", "subtitles-1-0.vtt.tmp", "subtitles-1-0.ts", "subtitles.m3u8",
            "subtitles-1-99999999.vtt", "subtitles-99999-0.vtt", "subtitles-٣-0.vtt", "video-0.vtt",
        ):  # fmt: skip
            status, headers, body = await fetch(base + quote(name))
            assert (status, body, headers["Cache-Control"]) == (404, unknown[2], "no-store"), name
        assert (await fetch(base + "subtitles-1-0.vtt"))[0] == 200


async def test_files_beside_a_film_are_said_in_their_language_whatever_they_are_encoded_in(cinema: Daemon) -> None:
    async with viewer(cinema, "sidecars") as matinee:
        base = await opened(matinee, "bare")
        tracks = (await matinee.hls_status()).tracks
        assert tracks
        assert [(track.language, track.forced, track.external) for track in tracks.subtitles] == [
            ("en", True, True),
            ("fr", False, True),
            ("de", False, True),
            ("ru", False, True),
        ]
        for track, name in enumerate(("bare.en.forced.srt", "bare.fr.srt", "bare.German.sdh.srt", "bare.ru.srt")):
            assert BESIDE[name][0] in (await fetch(f"{base}subtitles-{track}-0.vtt"))[2]
            assert (await fetch(f"{base}subtitles-{track}-2.vtt"))[2].count("\n") == 2, "an empty piece is its header"


async def test_a_lost_worker_costs_one_request_that_may_be_repeated(tmp_path: Path) -> None:
    film = subtitled.make("ass")
    (tmp_path / "films").mkdir()
    shutil.copyfile(film, tmp_path / "films" / f"ass{film.suffix}")
    with daemon(tmp_path / "films", tmp_path / "home") as one:
        await _lose_a_worker(one)


async def _lose_a_worker(one: Daemon) -> None:
    async with viewer(one, "lost") as matinee:
        base = await opened(matinee, "ass")
        assert (await fetch(base + "subtitles-0-0.vtt"))[0] == 200
        for pid in one.children():
            process = psutil.Process(pid)
            if any("media.worker" in word for word in process.cmdline()):
                process.kill()
        status, headers, _ = await fetch(base + "subtitles-0-1.vtt")
        assert (status, headers["Retry-After"]) == (503, "2")
        for _ in range(3):  # each worker that was idle is found out once
            status, _, body = await fetch(base + "subtitles-0-1.vtt")
            if status == 200:
                break
        assert subtitled.EDGE.text in body
        assert (await fetch(base + "subtitles-0-0.vtt"))[0] == 200


@pytest.mark.parametrize("name", NAMES)
async def test_the_judge_finds_nothing_in_any_order(cinema: Daemon, name: str) -> None:
    for order in ORDERS:
        async with viewer(cinema, f"auditor {order}") as matinee:
            url = await opened(matinee, name) + "master.m3u8"
            told = await matinee.hls_status()
            # all pieces of the subtitles, and as much of the rest as shows that it is there
            flags = ("--order", order, "--duration", str(subtitled.SECONDS), "--limit", "8")
            found = await verdict(cinema, url, *flags)
        assert found["findings"] == []
        assert told.tracks
        text = [track for track in told.tracks.subtitles if track.kind == "text"]
        assert json.dumps(found).count("slowest segment") == len(text) + 2


# ── in the browser ────────────────────────────────────────────────────────────────────────────────

PLAY = """async ([script, master, at]) => {
  const { default: Hls } = await import(script);
  document.body.replaceChildren(document.createElement("video"));
  const video = document.querySelector("video");
  video.muted = true;
  window.shown = [];
  const hls = new Hls({ startPosition: at, enableWorker: false });
  hls.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) window.trouble = data.details; });
  const watched = new Set();
  const watch = () => {
    for (const track of video.textTracks) {
      if (watched.has(track)) continue;
      watched.add(track);
      track.addEventListener("cuechange", () => {
        for (const cue of track.activeCues) window.shown.push([cue.text, cue.startTime, video.currentTime]);
      });
    }
  };
  video.textTracks.addEventListener("addtrack", watch);
  hls.loadSource(master);
  hls.attachMedia(video);
  await video.play();
  watch();
  const end = performance.now() + 25000;
  while (window.shown.filter(([text]) => text.startsWith("<i>")).length < 2 && performance.now() < end && !window.trouble) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const found = [window.trouble ?? "", window.shown, hls.subtitleTracks.map((track) => [track.name, track.lang])];
  hls.destroy();
  return found;
}"""


@pytest.mark.alone
async def test_chromium_shows_each_kind_at_its_second(cinema: Daemon) -> None:
    """Playback begins in the middle, so that a cue is shown that began in the piece before."""
    script = cinema.url + "/vendor/hls.js-1.7.4/hls.min.mjs"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = await chromium.new_page()
        await page.goto(cinema.url)
        for name in ("srt", "ass", "webvtt", "mov_text", "late"):
            async with viewer(cinema, "browser") as matinee:
                master = await opened(matinee, name, 0) + "master.m3u8"
                trouble, shown, tracks = await page.evaluate(PLAY, [script, master, 62.0])
            assert (trouble, tracks) == ("", [["English", "en"]]), name
            _assert_on_time(name, shown)
        await chromium.close()


def _assert_on_time(name: str, shown: list[tuple[str, float, float]]) -> None:
    planned = {cue.text: cue for cue in subtitled.cues_of(name)}
    began = [(text, start, at) for text, start, at in shown if planned[text].start > 62.5]
    assert began, (name, shown)
    for text, start, at in began:
        assert start == pytest.approx(planned[text].start, abs=0.2), name
        assert -0.05 <= at - planned[text].start <= 2.2, (name, text, at)
    first = began[0]
    assert first[2] - planned[first[0]].start <= 0.5
    if name != "mov_text":
        assert subtitled.EDGE.text in {text for text, _, _ in shown}, name
