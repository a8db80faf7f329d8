"""FFmpeg's command line: word for word for a few jobs, and harmless for every name."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from controller.adapters.ffmpeg.arguments import DEMUXERS, HEADED, encode_arguments, font_arguments, subtitle_arguments
from controller.core.delivery import Wish, decide
from controller.core.media import MediaFacts, SubtitleFacts
from controller.core.playlist import VIDEO, SegmentId
from controller.core.wish import Rung
from controller.ports import EncodeJob
from tests.fakes.facts import copied_film, encoded_film, played
from tests.fakes.segments import FakeDirectory

START = ["ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"]
PROGRESS = ["-progress", "pipe:1", "-stats_period", "1"]
UNREAD = ["-analyzeduration", "0", "-probesize", "32"]
AFTER_INPUT = ["-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"]
AAC = ["-c:a", "aac", "-ac", "2", "-b:a", "160k"]


def job_of(path: Path, facts: MediaFacts, start: int, tmp_path: Path, wish: Wish | None = None) -> EncodeJob:
    delivery = decide(facts, wish or Wish())
    return EncodeJob(path, facts, delivery, start, 1, FakeDirectory(tmp_path / "stream"), played(delivery))


def argv_of(facts: MediaFacts, start: int, tmp_path: Path, wish: Wish | None = None) -> list[str]:
    """The arguments for `/films/a.mp4`, written to `/run`."""
    job = job_of(Path("/films/a.mp4"), facts, start, tmp_path, wish)
    return [os.fsdecode(word) for word in encode_arguments(job, Path("/run"))]


def source(container: str, demuxer: str, *seek: str, unread: bool = False, early: bool = False) -> list[str]:
    guards = ["-protocol_whitelist", "file", "-format_whitelist", container, "-max_pixels", "67108864", "-f", demuxer]
    before = [*(UNREAD if unread else []), *(["-noaccurate_seek"] if early else [])]
    return [*START, *PROGRESS, *before, *guards, *seek, "-i", "file:/films/a.mp4", *AFTER_INPUT]


def segments(rendition: str, offset: str, times: str, number: int) -> list[str]:
    return [
        "-output_ts_offset", offset, "-muxdelay", "0", "-muxpreload", "0", "-max_muxing_queue_size", "4096",
        "-f", "segment", "-segment_format", "mpegts", "-segment_times", times, "-segment_list", "pipe:1",
        "-segment_list_type", "csv", "-segment_start_number", str(number), f"/run/{rendition}-%d.ts",
    ]  # fmt: skip


def encoded_video(start: str, length: str, keyframes: str) -> list[str]:
    filters = (
        f"fps=25/1,tpad=stop=-1:stop_mode=clone,fps=25/1:start_time={start},scale=1280:720,setsar=1,format=yuv420p"
    )
    return [
        "-vf", filters, "-fps_mode", "passthrough", "-t", length,
        "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-level:v", "31",
        "-crf", "22", "-maxrate", "4000k", "-bufsize", "4000k", "-g", "9999", "-sc_threshold", "0",
        "-force_key_frames", keyframes,
    ]  # fmt: skip


def encoded_audio(first: int, length: str) -> list[str]:
    return ["-af", f"aresample=48000,aresample=48000:async=1:first_pts={first},apad", "-t", length, *AAC]


def test_a_remux_from_the_beginning(tmp_path: Path) -> None:
    assert argv_of(copied_film(12.0), 0, tmp_path) == [
        *source("mov,mp4,m4a,3gp,3g2,mj2", "mov", unread=True),
        *("-map", "0:0", "-c:v", "copy", "-bsf:v", HEADED),
        *segments("video", "10.000000", "11.980000,13.980000,17.980000,360022.000000", 1),
        *("-map", "0:1", "-c:a", "copy"),
        *segments("audio-0", "10.000000", "11.994667,14.000000,17.989333,360022.000000", 1),
    ]


def test_a_run_with_an_end_reads_a_little_more_than_it_makes(tmp_path: Path) -> None:
    job = replace(job_of(Path("/films/a.mp4"), copied_film(12.0), 2, tmp_path), until=3)
    assert [os.fsdecode(word) for word in encode_arguments(job, Path("/run"))] == [
        *source("mov,mp4,m4a,3gp,3g2,mj2", "mov", "-ss", "3.500000", "-t", "6.500000"),
        *("-map", "0:0", "-c:v", "copy", "-bsf:v", HEADED),
        *segments("video", "13.500000", "13.980000,17.980000,360019.000000", 2),
        *("-map", "0:1", "-c:a", "copy"),
        *segments("audio-0", "13.500000", "14.000000,17.989333,360019.000000", 2),
    ]


def test_a_sound_that_is_encoded_ends_where_its_run_does_and_not_with_silence_to_the_films_end(tmp_path: Path) -> None:
    job = replace(job_of(Path("/films/a.mp4"), encoded_film(120.0), 0, tmp_path), until=16)
    argv = [os.fsdecode(word) for word in encode_arguments(job, Path("/run"))]
    end = job.delivery.plan.boundaries[16]
    assert [float(after) for word, after in pairwise(argv) if word == "-t"] == [end + 2.0, end + 1.0, end + 1.0]


def test_a_remux_from_the_middle_throws_away_what_is_too_early(tmp_path: Path) -> None:
    assert argv_of(copied_film(12.0), 2, tmp_path) == [
        *source("mov,mp4,m4a,3gp,3g2,mj2", "mov", "-ss", "3.500000"),
        *("-map", "0:0", "-c:v", "copy", "-bsf:v", HEADED),
        *segments("video", "13.500000", "13.980000,17.980000,360022.000000", 2),
        *("-map", "0:1", "-c:a", "copy"),
        *segments("audio-0", "13.500000", "14.000000,17.989333,360022.000000", 2),
    ]


def test_a_transcode_from_the_beginning(tmp_path: Path) -> None:
    """Its first seconds come in shorter segments, so that the first picture is there soon."""
    assert argv_of(encoded_film(6.0), 0, tmp_path) == [
        *source("matroska,webm", "matroska"),
        *("-map", "0:0"),
        *encoded_video("0.000000", "6.000000", "0.000000,1.000000,2.000000,3.000000,4.000000"),
        *segments("video", "10.000000", "10.980000,11.980000,12.980000,13.980000,360016.000000", 1),
        *("-map", "0:1"),
        *encoded_audio(0, "6.000000"),
        *segments("audio-0", "10.000000", "9.989333,10.992000,11.994667,12.997333,14.000000,360016.000000", 0),
    ]


def test_a_transcode_from_the_middle_keeps_to_the_grids(tmp_path: Path) -> None:
    assert argv_of(encoded_film(6.0), 2, tmp_path) == [
        *source("matroska,webm", "matroska", "-ss", "1.480000", early=True),
        *("-map", "0:0"),
        *encoded_video("0.520000", "4.520000", "0.520000,1.520000,2.520000"),
        *segments("video", "11.480000", "12.980000,13.980000,360016.000000", 3),
        *("-map", "0:1"),
        *encoded_audio(21_120, "4.520000"),
        *segments("audio-0", "11.480000", "11.994667,12.997333,14.000000,360016.000000", 2),
    ]


def test_a_picture_that_is_woven_is_sought_exactly_until_it_is_over(tmp_path: Path) -> None:
    facts = encoded_film(60.0)
    assert facts.video
    woven = replace(facts, video=replace(facts.video, interlaced=True, end=40.0))
    plan = decide(woven, Wish()).plan
    early, late = (argv_of(woven, plan.index_at(at), tmp_path / f"{at}") for at in (30.0, 50.0))
    assert ("-noaccurate_seek" in early, "-noaccurate_seek" in late) == (False, True)
    assert "-noaccurate_seek" in argv_of(facts, 10, tmp_path / "plain")


def test_sound_alone(tmp_path: Path) -> None:
    assert argv_of(encoded_film(8.0), 1, tmp_path, Wish("audio-only")) == [
        *source("matroska,webm", "matroska", "-ss", "3.500000"),
        *("-map", "0:1"),
        *encoded_audio(20_416, "4.500000"),
        *segments("audio-0", "13.500000", "14.000000,360018.000000", 1),
    ]


@pytest.mark.parametrize(("facts", "lead"), [(encoded_film(12.0), 6.0), (copied_film(24.0), 2.5)])
def test_a_container_without_an_index_is_read_from_further_before(
    tmp_path: Path, facts: MediaFacts, lead: float
) -> None:
    start = 8.0 if facts.video and facts.video.codec == "hevc" else 16.0
    argv = argv_of(replace(facts, container="mpegts"), decide(facts, Wish()).plan.index_at(start), tmp_path)
    assert float(argv[argv.index("-ss") + 1]) == start - lead


def test_an_interlaced_picture_is_deinterlaced_before_anything_else(tmp_path: Path) -> None:
    film = encoded_film(6.0)
    assert film.video is not None
    argv = argv_of(replace(film, video=replace(film.video, interlaced=True)), 0, tmp_path)
    assert argv[argv.index("-vf") + 1].startswith("bwdif=mode=send_frame:deint=interlaced,fps=")


def graph_of(tmp_path: Path, wish: Wish, **changes: object) -> str:
    """Where the pictures of an encoded film come from."""
    film = replace(encoded_film(6.0), subtitles=(SubtitleFacts(3, "hdmv_pgs_subtitle"),))
    assert film.video is not None
    argv = argv_of(replace(film, video=replace(film.video, **changes)), 0, tmp_path / str(len(changes)), wish)  # type: ignore[arg-type]  # fields by name
    at = argv.index("-filter_complex") if "-filter_complex" in argv else argv.index("-vf")
    return argv[at + 1]


def test_a_bright_picture_is_brought_to_an_ordinary_screen_at_its_last_size(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, Wish("480p"), transfer="smpte2084")
    assert graph.index("scale=") < graph.index("zscale=transfer=linear") < graph.index("format=yuv420p")
    assert "tonemap" not in graph_of(tmp_path, Wish("480p"))


def test_picture_subtitles_are_drawn_over_the_picture_before_it_is_made_smaller(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, Wish("480p", subtitle_track=0))
    assert graph.startswith(
        "[0:0]fps=25/1,tpad=stop=-1:stop_mode=clone,fps=25/1:start_time=0.000000[film];[film][0:3]overlay="
    )
    assert graph.index("overlay") < graph.index("scale=")
    assert graph.endswith("[picture]")


def test_text_subtitles_are_drawn_at_the_size_that_is_shown_and_timed_by_the_film(tmp_path: Path) -> None:
    film = replace(encoded_film(60.0), subtitles=(SubtitleFacts(3, "ass"),))
    argv = argv_of(film, 12, tmp_path, Wish("480p", subtitle_track=0, burn=True))
    chain = argv[argv.index("-vf") + 1].split(",")
    at = chain.index("ass=f=../burn-3.ass")
    assert chain[at - 1 : at + 2] == ["setpts=PTS+16.000000/TB", "ass=f=../burn-3.ass", "setpts=PTS-16.000000/TB"]
    assert chain.index("setsar=1") < at < chain.index("format=yuv420p")
    assert float(argv[argv.index("-ss") + 1]) == 16.0


def test_subtitles_are_taken_out_of_the_film_under_the_same_guards(tmp_path: Path) -> None:
    job = job_of(Path("/films/a.mp4"), encoded_film(6.0), 0, tmp_path)
    argv = [os.fsdecode(word) for word in subtitle_arguments(job, 3, Path("/run/burn-3.ass"))]
    guards = [
        "-protocol_whitelist",
        "file",
        "-format_whitelist",
        "matroska,webm",
        "-max_pixels",
        "67108864",
        "-f",
        "matroska",
    ]
    assert argv[7:] == [
        *guards,
        "-i",
        "file:/films/a.mp4",
        "-map",
        "0:3",
        "-c:s",
        "ass",
        "-f",
        "ass",
        "/run/burn-3.ass",
    ]


def test_a_file_beside_the_film_is_drawn_from_a_copy_with_a_name_of_ours(tmp_path: Path) -> None:
    film = replace(encoded_film(60.0), subtitles=(SubtitleFacts(-1, "ass", external=True),), fonts=(4, 6))
    argv = argv_of(film, 0, tmp_path, Wish("480p", subtitle_track=0, burn=True))
    assert "ass=f=../burn-beside-0.ass:fontsdir=../fonts" in argv[argv.index("-vf") + 1].split(",")


def test_fonts_are_written_under_names_of_ours(tmp_path: Path) -> None:
    job = job_of(Path("/films/a.mp4"), encoded_film(6.0), 0, tmp_path)
    argv = font_arguments(job, (4, 6), Path("/run/fonts"))
    assert argv[7:11] == ["-dump_attachment:4", b"file:/run/fonts/4", "-dump_attachment:6", b"file:/run/fonts/6"]
    assert argv[argv.index("-i") + 1] == b"file:/films/a.mp4"


def test_a_run_that_draws_subtitles_begins_early_enough_to_see_one_that_is_on(tmp_path: Path) -> None:
    film = replace(encoded_film(60.0), subtitles=(SubtitleFacts(3, "hdmv_pgs_subtitle"),))
    argv = argv_of(film, 12, tmp_path, Wish(subtitle_track=0))
    assert float(argv[argv.index("-ss") + 1]) == 20.0 - 4.0


def test_a_picture_that_is_too_much_is_black_and_nothing_of_it_is_decoded(tmp_path: Path) -> None:
    argv = argv_of(encoded_film(6.0), 1, tmp_path, Wish(rung=Rung("server_too_slow", blank=True)))
    graph = argv[argv.index("-filter_complex") + 1]
    assert graph == (
        "color=black:size=320x180:rate=25/1,fps=25/1,tpad=stop=-1:stop_mode=clone,fps=25/1:start_time=0.520000,"
        "format=yuv420p[picture]"
    )
    assert "0:0" not in argv


def test_haste_comes_before_beauty_while_somebody_waits(tmp_path: Path) -> None:
    job = job_of(Path("/films/a.mp4"), encoded_film(6.0), 0, tmp_path)
    presets = [encode_arguments(replace(job, eager=eager), Path("/run")) for eager in (True, False)]
    assert [argv[argv.index("-preset") + 1] for argv in presets] == ["ultrafast", "veryfast"]
    slow = replace(job, delivery=decide(job.facts, Wish(rung=Rung("server_too_slow", haste=True))))
    argv = encode_arguments(slow, Path("/run"))
    assert argv[argv.index("-preset") + 1] == "ultrafast"


def test_a_film_that_can_be_copied_is_encoded_on_the_grid_of_its_own_pictures(tmp_path: Path) -> None:
    """So that copied and encoded segments join."""
    film = copied_film(12.0, every=3.0)
    assert film.video is not None
    late = replace(film.video, keyframes=tuple(0.02 + at for at in film.video.keyframes or ()))
    facts = replace(film, video=late)
    plan = decide(facts, Wish()).plan
    job = replace(job_of(Path("/films/a.mp4"), facts, 1, tmp_path), delivery=decide(facts, Wish("360p"), plan))
    argv = [os.fsdecode(word) for word in encode_arguments(job, Path("/run"))]
    assert argv[argv.index("-force_key_frames") + 1].split(",")[0] == "0.520000"
    assert f"{float(argv[argv.index('-ss') + 1]):.2f}" == "2.50"


@pytest.mark.parametrize(
    "name",
    [
        b"%d.mp4",
        b"new\nline.mp4",
        b"-y.mp4",
        b"caf\xe9.mp4",
        b"concat:a.mp4",
        b"http:x.mp4",
        b"'; rm.mp4",
        b"a,b|c.mp4",
    ],
)
def test_a_films_name_appears_once_behind_file_and_its_folder(tmp_path: Path, name: bytes) -> None:
    path = Path("/films") / os.fsdecode(name)
    facts = copied_film(12.0)
    job = job_of(path, facts, 0, tmp_path)
    argv = encode_arguments(job, Path("/run"))
    assert [word for word in argv if name in os.fsencode(word)] == [b"file:/films/" + name]
    assert argv[argv.index("-i") + 1] == b"file:/films/" + name


def test_nothing_in_the_arguments_comes_from_a_films_titles(tmp_path: Path) -> None:
    film = copied_film(12.0)
    evil = replace(film.audio[0], title="-y", language="%n", default=True)
    assert "-y" not in argv_of(replace(film, audio=(evil,)), 0, tmp_path)


def test_only_files_and_only_plain_containers_are_opened(tmp_path: Path) -> None:
    argv = argv_of(copied_film(12.0), 0, tmp_path)
    assert argv[argv.index("-protocol_whitelist") + 1] == "file"
    assert argv.index("-protocol_whitelist") < argv.index("-i")
    assert argv.index("-format_whitelist") < argv.index("-i")
    assert not {"hls", "concat", "dash", "sdp", "rtsp", "image2", "lavfi", "ffmetadata"} & set(DEMUXERS)


def test_a_percent_sign_in_the_caches_path_is_no_pattern(tmp_path: Path) -> None:
    facts = copied_film(12.0)
    job = job_of(Path("/a.mp4"), facts, 0, tmp_path)
    written = [word for word in encode_arguments(job, Path("/100%/run")) if os.fsencode(word).endswith(b".ts")]
    assert written == [b"/100%%/run/video-%d.ts", b"/100%%/run/audio-0-%d.ts"]
    assert SegmentId(VIDEO, 0).name == "video-0.ts"
