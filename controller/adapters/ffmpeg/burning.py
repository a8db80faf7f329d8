"""Has ready what text is drawn from: a script and its fonts, in the stream's own directory, once for all its runs.

A track of the film is taken out of it by FFmpeg. A file beside it may be encoded in any way and have any name; what
FFmpeg gets is a copy in UTF-8 with a name of ours. Without such a file the film goes on without its text: it was there
when it was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anyio
import structlog

from controller.adapters.ffmpeg.arguments import font_arguments, subtitle_arguments
from controller.adapters.ffmpeg.exits import AHEAD, reason
from controller.adapters.ffmpeg.filters import FONTS, subtitle_file
from controller.adapters.process import run_child
from controller.core.picture import Burn, EncodeVideo
from controller.core.playlist import VIDEO
from controller.core.script import script_of
from controller.core.stream_phase import Crashed
from controller.ports import EncodeJob, SubtitleReader
from protocol.errors import NotPlayable, Overloaded

log = structlog.get_logger(__name__)


async def have_subtitles(job: EncodeJob, reader: SubtitleReader) -> Crashed | None:
    """Have the text that a run draws in its file; answers what went wrong. Raises: OSError (there is no room)."""
    video = job.delivery.video if VIDEO in job.renditions else None
    if not isinstance(video, EncodeVideo) or video.burn is None:
        return None
    name, root = subtitle_file(video), job.directory.root
    if name is None or (root / name).exists():
        return None
    made = job.directory.run_directory(job.epoch) / name
    problem = await (_copy(job, video.burn, made, reader) if video.burn.beside else _take_out(job, video.burn, made))
    if problem or not made.exists():
        return problem or Crashed("These subtitles came out as nothing.")
    if video.burn.fonts and not (root / FONTS).exists():
        folder = made.with_name(FONTS)
        folder.mkdir()
        await _unpack(job, video.burn.fonts, folder)
        folder.replace(root / FONTS)
    made.replace(root / name)
    return None


async def _take_out(job: EncodeJob, burn: Burn, made: Path) -> Crashed | None:
    ended = await run_child(subtitle_arguments(job, burn.index, made), share=AHEAD)
    return Crashed(reason(ended.code, ended.stderr)) if ended.code else None


async def _copy(job: EncodeJob, burn: Burn, made: Path, reader: SubtitleReader) -> Crashed | None:
    source = job.beside[burn.index]
    track = next(about for number, about in enumerate(job.facts.subtitles) if job.facts.beside(number) == burn.index)
    try:
        await reader.write_script(source, track, made)
    except Overloaded as error:
        return Crashed(error.message)
    except NotPlayable as error:
        log.warning("subtitles are not drawn", file=source.title, reason=error.message)
        await anyio.Path(made).write_text(script_of([]))
    return None


async def _unpack(job: EncodeJob, fonts: Sequence[int], folder: Path) -> None:
    """The fonts of a film, as many as there are: text is drawn in others else."""
    ended = await run_child(font_arguments(job, fonts, folder), share=AHEAD)
    if ended.code:
        log.warning("fonts are not used", reason=reason(ended.code, ended.stderr))
