"""Makes the demo film on the spot: a clock burned in, two sound tracks, subtitles, chapters. Seconds, no download."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from controller.adapters.process import run_child

NAME = "Matinee demo.mkv"
SECONDS = 60
CHAPTERS = ((0, "Opening"), (20, "Middle"), (40, "Finale"))


class DemoFailed(Exception):
    """FFmpeg could not make the film; the message says why."""


async def make_demo(folder: Path, on_progress: Callable[[float], None] = lambda _share: None) -> Path:
    """The demo film in a folder, made now if it is not there yet. `on_progress` hears shares from 0 to 1.

    Raises:
        DemoFailed.
    """
    film = folder / NAME
    if film.exists():
        return film
    unfinished, extras = folder / f".{NAME}.part", [folder / ".demo.srt", folder / ".demo.chapters"]

    def on_line(line: str) -> None:
        key, _, value = line.partition("=")
        if key == "out_time_us" and value.isdigit():
            on_progress(min(1.0, int(value) / 1_000_000 / SECONDS))

    try:
        folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nobody else is on this loop
        extras[0].write_text(_subtitles())
        extras[1].write_text(_chapters())
        ended = await run_child(_arguments(unfinished, *extras), on_line=on_line)
        if ended.code != 0:
            raise DemoFailed((ended.stderr.strip().splitlines() or ["FFmpeg failed"])[-1])
        os.replace(unfinished, film)
    except OSError as error:
        raise DemoFailed(str(error)) from error
    finally:
        for path in (unfinished, *extras):
            with suppress(OSError):
                path.unlink()
    return film


def _arguments(target: Path, subtitles: Path, chapters: Path) -> list[str | bytes]:
    clock = (
        "drawtext=font=DejaVu Sans Mono:text='%{pts\\:hms}':fontsize=64:fontcolor=white:box=1:boxcolor=black@0.5:"
        "boxborderw=16:x=(w-text_w)/2:y=(h-text_h)/2"
    )
    return [
        "ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y", "-progress", "pipe:1",
        "-f", "lavfi", "-i", f"gradients=size=160x90:rate=24:duration={SECONDS}:speed=0.02:seed=7:c0=0x1b1a2e:c1=0xf0a63a:nb_colors=2",
        "-f", "lavfi", "-i", f"sine=frequency=440:beep_factor=4:sample_rate=48000:duration={SECONDS}",
        "-f", "lavfi", "-i", f"sine=frequency=294:beep_factor=3:sample_rate=48000:duration={SECONDS}",
        "-i", os.fsencode(subtitles), "-f", "ffmetadata", "-i", os.fsencode(chapters),
        "-map", "0:v", "-map", "1:a", "-map", "2:a", "-map", "3:s", "-map_metadata", "4", "-map_chapters", "4",
        "-vf", f"scale=960:540:flags=fast_bilinear,{clock}", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-pix_fmt", "yuv420p", "-g", "48",
        "-c:a", "aac", "-ac", "2", "-b:a", "96k", "-c:s", "srt",
        "-metadata:s:a:0", "language=eng", "-metadata:s:a:0", "title=English (440 Hz)",
        "-metadata:s:a:1", "language=deu", "-metadata:s:a:1", "title=Deutsch (294 Hz)",
        "-metadata:s:s:0", "language=eng", "-disposition:a:0", "default", "-disposition:a:1", "0",
        "-t", str(SECONDS), "-f", "matroska", os.fsencode(target),
    ]  # fmt: skip


def _subtitles() -> str:
    return "\n".join(
        f"{at // 5 + 1}\n00:{at // 60:02}:{at % 60:02},000 --> 00:{(at + 4) // 60:02}:{(at + 4) % 60:02},000\nSubtitle at {at} s\n"
        for at in range(0, SECONDS, 5)
    )


def _chapters() -> str:
    ends = [start for start, _ in CHAPTERS[1:]] + [SECONDS]
    marks = "".join(
        f"[CHAPTER]\nTIMEBASE=1/1\nSTART={start}\nEND={end}\ntitle={title}\n"
        for (start, title), end in zip(CHAPTERS, ends, strict=True)
    )
    return f";FFMETADATA1\ntitle=Matinee demo\n{marks}"
