"""Runs FFmpeg for a stream and tells which segments are whole. It is held, not trusted.

Its exit code proves nothing: a segment counts when FFmpeg has closed it, it is not empty, and it ends where the
plan says. What an interrupted FFmpeg writes in haste fails that test.

A run whose hardware encoder fails goes on in software from there, as if nothing had happened: the film is not to blame,
so the stream does not count it. The encoder is, if software makes what it could not, and is then given up.
"""

from __future__ import annotations

import errno
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from controller.adapters.ffmpeg.arguments import encode_arguments, encodes_picture
from controller.adapters.ffmpeg.burning import have_subtitles
from controller.adapters.ffmpeg.choice import EncoderChoice
from controller.adapters.ffmpeg.exits import AHEAD, YIELDING, reason
from controller.adapters.ffmpeg.video_encoders import SOFTWARE, VideoEncoder
from controller.adapters.meter import ProcessMeter
from controller.adapters.process import Child, Exit, run_child
from controller.core.picture import EncodeVideo
from controller.core.playlist import VIDEO, Rendition, SegmentId
from controller.core.segment_plan import MEDIA_OFFSET
from controller.core.stream_phase import Completed, Crashed, Outcome, OutOfRoom
from controller.core.threads import threads
from controller.core.vitals import Pulse
from controller.ports import EncodeJob, EncoderListener, EncoderRun, SubtitleReader, Usage

ANNOUNCED = re.compile(r"(video|audio-\d{1,4})-(\d{1,7})\.ts,(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)")
PACKET = 188
"""Bytes of a packet of MPEG-TS, of which every segment is made."""
PROGRESSES = frozenset({"frame", "out_time_us", "total_size"})
NO_SPACE, FULL = os.strerror(errno.ENOSPC), frozenset({errno.ENOSPC, errno.EDQUOT})
TOLERANCE = 0.5
"""Seconds that a segment may end before or after its plan."""
STRICT_TOLERANCE = 2
"""The same for a picture whose encoder is not trusted, in frames: the last one may stick out of the film."""


class NotAsPlanned(Exception):
    """A hardware encoder has cut elsewhere than it was told to, or made an empty picture."""


class CutOff(Exception):
    """The disk is full: what FFmpeg has written is not all there, and what it writes next would not be."""


class FfmpegRun:
    """A living FFmpeg; implements `ports.EncoderRun`. `told` counts its words of progress."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._held = False
        self.told = 0
        self._meter = ProcessMeter(child.pid)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    @property
    def held(self) -> bool:
        """Whether it is stopped in its tracks."""
        return self._held

    def hold(self, held: bool) -> None:
        """STOP or CONT the group, when that is a change."""
        if held is not self._held:
            self._held = held
            self._child.signal(signal.SIGSTOP if held else signal.SIGCONT)

    def usage(self) -> Usage | None:
        """CPU and memory."""
        return self._meter.usage()

    def pulse(self) -> Pulse | None:
        """Words of progress and seconds of CPU."""
        worked = self._meter.worked()
        return None if worked is None else Pulse(self.told, worked)


@dataclass(slots=True)
class _Watcher:
    """Reads what FFmpeg announces and passes on what holds; what lies beyond the run's end is no more.

    A segment that ends elsewhere than planned may be the work of an FFmpeg that was interrupted, or the film pauses
    there: it is believed once FFmpeg goes on to the next one, or ends well. With `strict`, a picture that is not as
    planned is believed in no case: it was encoded on a grid, so nothing of the film can pause there.
    """

    job: EncodeJob
    directory: Path
    listener: EncoderListener
    strict: bool = False
    doubtful: dict[str, tuple[SegmentId, Path]] = field(default_factory=dict)
    run: FfmpegRun | None = None
    reached: dict[str, str] = field(default_factory=dict)

    def on_started(self, child: Child) -> None:
        self.run = FfmpegRun(child)
        self.listener.on_started(self.run)

    def on_line(self, line: str) -> None:
        found = ANNOUNCED.fullmatch(line)
        if not found:
            self._on_progress(line)
            return
        segment = SegmentId(Rendition(found[1]), int(found[2]) - 1)
        made = self.directory / f"{found[1]}-{found[2]}.ts"
        plan = self.job.delivery.plan
        if segment.index >= self.job.start and (earlier := self.doubtful.pop(segment.rendition, None)):
            self.listener.on_made(*earlier)
        if not self.job.start <= segment.index < self.job.end:
            made.unlink(missing_ok=True)
            return
        size = made.stat().st_size
        if size % PACKET or not self.job.directory.has_room():
            raise CutOff
        empty = size == 0
        off = abs(float(found[4]) - MEDIA_OFFSET - plan.boundaries[segment.index + 1] / plan.rate)
        if self.strict and segment.rendition == VIDEO and (empty or off > self._strict_tolerance()):
            raise NotAsPlanned
        if empty:
            return
        if off <= TOLERANCE:
            self.listener.on_made(segment, made)
        else:
            self.doubtful[segment.rendition] = (segment, made)

    def _on_progress(self, line: str) -> None:
        """One of `-progress`: only what is another than the last time is a word of progress."""
        key, _, value = line.partition("=")
        if key in PROGRESSES and self.reached.get(key) != value and self.run:
            self.reached[key] = value
            self.run.told += 1

    def _strict_tolerance(self) -> float:
        video = self.job.delivery.video
        return float(STRICT_TOLERANCE / video.rate) if isinstance(video, EncodeVideo) else TOLERANCE

    def on_good_end(self) -> None:
        """FFmpeg ended by itself: its last segments are as long as the film is."""
        for segment, made in self.doubtful.values():
            self.listener.on_made(segment, made)


@dataclass(slots=True)
class _Tally:
    """Passes on each segment once, and knows where all that was made ends. Implements `ports.EncoderListener`."""

    job: EncodeJob
    listener: EncoderListener
    on_picture: Callable[[], None] = lambda: None
    made: set[SegmentId] = field(default_factory=set)

    @property
    def start(self) -> int:
        """The first segment of which something is lacking."""
        wanted, end = self.job.renditions, self.job.end
        here = range(self.job.start, end)
        return next((n for n in here if not all(SegmentId(each, n) in self.made for each in wanted)), end)

    @property
    def complete(self) -> bool:
        """Whether the picture is there to the end."""
        return all(SegmentId(VIDEO, n) in self.made for n in range(self.job.start, self.job.end))

    def on_started(self, run: EncoderRun) -> None:
        self.listener.on_started(run)

    def on_made(self, segment: SegmentId, made: Path) -> None:
        if segment in self.made:
            made.unlink()
            return
        self.made.add(segment)
        self.listener.on_made(segment, made)
        if segment.rendition == VIDEO:
            self.on_picture()


class FfmpegEncoder:
    """Implements `ports.Encoder`; pictures are encoded with what is chosen when a run begins, and `reader` has the
    subtitles that are files beside the film. `most_memory` are the bytes that each FFmpeg may have.
    """

    def __init__(
        self, reader: SubtitleReader, choice: EncoderChoice | None = None, most_memory: int | None = None
    ) -> None:
        self._reader, self._choice = reader, choice or EncoderChoice()
        self._share = replace(AHEAD, memory=most_memory)
        self._cores = len(os.sched_getaffinity(0))
        self._busy: list[_Watcher] = []

    @property
    def working(self) -> int:
        """How many runs encode pictures with the processor now; those that are held do not."""
        return sum(each.run is None or not each.run.held for each in self._busy)

    async def encode(self, job: EncodeJob, listener: EncoderListener) -> Outcome:
        """One run, to its end. Raises: OSError (it could not be started)."""
        if not job.directory.has_room():
            return OutOfRoom()
        try:
            return await self._encode(job, listener)
        except CutOff:
            return OutOfRoom()
        except OSError as error:
            if error.errno in FULL:
                return OutOfRoom()
            raise

    async def _encode(self, job: EncodeJob, listener: EncoderListener) -> Outcome:
        if problem := await have_subtitles(job, self._reader):
            return problem
        encoder = self._choice.encoder
        if encoder is SOFTWARE or not encodes_picture(job):
            return self._outcome(await self._run(job, listener, SOFTWARE))
        tally = _Tally(job, listener)
        try:
            ended = await self._run(job, tally, encoder)
        except NotAsPlanned:
            why = "What it made was not as planned."
        else:
            if tally.complete or ended.code == -signal.SIGKILL:  # somebody else has ended it: no fault of the encoder
                return self._outcome(ended)
            why = reason(ended.code, ended.stderr) if ended.code else "It made nothing, or not all."
        tally.on_picture = lambda: self._choice.give_up(encoder, why)
        return self._outcome(await self._run(replace(job, start=tally.start), tally, SOFTWARE))

    async def _run(self, job: EncodeJob, listener: EncoderListener, encoder: VideoEncoder) -> Exit:
        directory = job.directory.run_directory(job.epoch)
        watcher = _Watcher(job, directory, listener, strict=encoder is not SOFTWARE)
        heavy = encoder is SOFTWARE and encodes_picture(job)
        most = threads(self._cores, self.working, eager=job.eager and not job.yields) if heavy else None
        with self._counted(watcher) if heavy else nullcontext():
            ended = await run_child(
                encode_arguments(job, directory, encoder, most),
                on_line=watcher.on_line,
                on_started=watcher.on_started,
                on_said=job.on_said,
                cwd=directory,
                share=replace(self._share, nice=YIELDING) if job.yields else self._share,
            )
        if ended.code == 0:
            watcher.on_good_end()
        return ended

    @contextmanager
    def _counted(self, watcher: _Watcher) -> Iterator[None]:
        self._busy.append(watcher)
        try:
            yield
        finally:
            self._busy.remove(watcher)

    def _outcome(self, ended: Exit) -> Outcome:
        if NO_SPACE in ended.stderr:  # whatever its exit code says
            return OutOfRoom()
        return Completed() if ended.code == 0 else Crashed(reason(ended.code, ended.stderr, self._share.memory))
