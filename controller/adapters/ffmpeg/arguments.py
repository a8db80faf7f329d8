"""The command line of one run, built from typed facts only.

How two runs come to join without a gap (measured with FFmpeg 5.1): every run puts playlist time t at media time
MEDIA_OFFSET + t; that is film time, unless the film is made slower or faster. Pictures are encoded on one frame grid,
counted from where the plan begins, and sound on one grid of AAC frames, counted from time 0; and every cut lies half
way between two frames. A run begins a little early (`-ss` before the input, so that decoders and the AAC encoder have
warmed up) and what is too early is cut off by packet: encoded pictures by the `fps` filter's start_time, everything
else by putting it into a segment of its own, number `start`, that is thrown away. Segment i therefore has the number
i + 1. Pictures that are encoded come from the keyframe before (`-noaccurate_seek`): the one that stands where a run begins may
have begun long before, and be the film's last.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from controller.adapters.ffmpeg.filters import pictures
from controller.adapters.ffmpeg.video_encoders import SOFTWARE, VideoEncoder, decoding
from controller.core.picture import CopyVideo, EncodeVideo
from controller.core.playlist import VIDEO, Rendition
from controller.core.segment_plan import MEDIA_OFFSET, FrameGrid
from controller.core.sound import AAC_FRAME, ENCODED_AUDIO_KBPS, ENCODED_SAMPLE_RATE, CopyAudio, EncodeAudio
from controller.ports import EncodeJob

LEAD = 0.5
"""Seconds that a run begins early."""
BLIND_LEAD = 6.0
"""The same where the container has no index: a decoder dropped into the middle shows nothing before a keyframe."""
BURN_LEAD = 4.0
"""The same where subtitles are drawn into the picture: one that began a little earlier is still to be seen."""
BLIND = frozenset({"mpegts", "mpeg"})
WARM_UP = 4
"""AAC frames encoded before the first one that is kept."""
PROGRESS = ("-progress", "pipe:1", "-stats_period", "1")
"""Has FFmpeg tell every second how far it is, beside the segments that it announces."""
UNREAD = ("-analyzeduration", "0", "-probesize", "32")
"""Opens a film without looking into its packets, which saves a fifth of the time to the first segment: no picture is
decoded only to learn its colours. Where something is sought, what was looked into helps to find it.
"""
HEADED = "h264_mp4toannexb,dump_extra=freq=keyframe"
HEADED_ANEW = "h264_mp4toannexb,filter_units=remove_types=9,dump_extra=freq=keyframe"
"""Bitstream filters, see `_headed`."""
BEYOND, BEYOND_ENCODED = 2.0, 1.0
"""Seconds of film that a run reads, and that it encodes of a sound, beyond the last segment that it is to make: pictures
come in another order than they are shown in, and a segment is whole only when something comes after it. What is made of
that is thrown away.
"""
NEVER = 360_000.0
"""Seconds beyond the end of any film: a list of cuts must not be empty, or FFmpeg cuts where it likes."""

DEMUXERS = (
    "mov", "matroska", "avi", "mpegts", "mpeg", "flv", "asf", "ogg", "wav", "mp3", "flac", "aac", "ac3", "eac3", "dts",
)  # fmt: skip
"""What a film may be. No playlist, no concat, no image, no network reader, no SDP."""
PROTOCOLS = "file"
MOST_PIXELS = 8192 * 8192


def demuxer_of(container: str) -> str:
    """The one name to force: FFmpeg lists aliases, as in `mov,mp4,m4a,3gp,3g2,mj2`."""
    return container.split(",", maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class _Run:
    """The times of one run, in playlist time: `seek` is where it starts reading, `start` where its first segment begins."""

    job: EncodeJob
    seek: float
    encoder: VideoEncoder
    threads: int | None = None

    @property
    def rate(self) -> float:
        """Seconds of film in a second of the playlist."""
        return self.job.delivery.plan.rate

    @property
    def start(self) -> float:
        return self.job.delivery.plan.boundaries[self.job.start] / self.rate

    def grid(self, video: EncodeVideo) -> FrameGrid:
        """Where encoded pictures begin. A plan that was made for copying puts its cuts close to it, not upon it."""
        return FrameGrid(self.job.delivery.plan.origin / self.rate, float(1 / video.rate))

    @property
    def end(self) -> float:
        """Where encoding ends."""
        beyond = 0.0 if self.job.until is None else BEYOND_ENCODED
        return self.job.delivery.plan.boundaries[self.job.end] / self.rate + beyond

    @property
    def length(self) -> float | None:
        """Seconds of film to read; None for all that there is."""
        if self.job.until is None:
            return None
        return self.job.delivery.plan.boundaries[self.job.until] + BEYOND * self.rate - self.seek * self.rate

    @property
    def first(self) -> bool:
        return self.job.start == 0

    @property
    def cuts(self) -> tuple[float, ...]:
        """Where this run is cut, without its own beginning and the film's end."""
        last = -1 if self.job.until is None else self.job.until + 1
        return tuple(cut / self.rate for cut in self.job.delivery.plan.boundaries[self.job.start + 1 : last])


def encode_arguments(
    job: EncodeJob, directory: Path, encoder: VideoEncoder = SOFTWARE, threads: int | None = None
) -> list[str | bytes]:
    """The arguments of the run, `ffmpeg` first. Segments appear in `directory`, announced on stdout. Each part of the work
    on pictures is done by so many `threads`; as many as FFmpeg likes when it is None.
    """
    run = _Run(job, _seek(job), encoder, threads)
    delivery = job.delivery
    argv: list[str | bytes] = [
        "ffmpeg",
        "-hide_banner",
        "-nostdin",
        "-nostats",
        "-loglevel",
        "error",
        *PROGRESS,
        *_input(run),
    ]
    if delivery.video and VIDEO in job.renditions:
        argv += _picture(run, delivery.video)
        argv += _segments(run, directory, VIDEO, _video_cuts(run, delivery.video))
    for rendition in sorted(job.renditions - {VIDEO}):
        sound = delivery.sound(rendition)
        argv += ["-map", f"0:{sound.index}", *_audio(run, sound)]
        argv += _segments(run, directory, rendition, _audio_cuts(run, sound))
    return argv


def subtitle_arguments(job: EncodeJob, index: int, target: Path) -> list[str | bytes]:
    """Writes a text subtitle of the film to a file, styles and all, in film time."""
    argv: list[str | bytes] = ["ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y"]
    source = _source(job, 0.0)
    return [*argv, *source, "-map", f"0:{index}", "-c:s", "ass", "-f", "ass", os.fsencode(target)]


def font_arguments(job: EncodeJob, fonts: Sequence[int], folder: Path) -> list[str | bytes]:
    """Writes fonts that are attached to the film to a folder, each named by its index: the names that they bring along
    may be paths.
    """
    argv: list[str | bytes] = ["ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y"]
    for index in fonts:
        argv += [f"-dump_attachment:{index}", b"file:" + os.fsencode(folder / str(index))]
    return [*argv, *_source(job, 0.0), "-map", "0:v?", "-map", "0:a?", "-c", "copy", "-t", "0", "-f", "null", "-"]


def encodes_picture(job: EncodeJob) -> bool:
    """Whether a run encodes a picture, with whichever encoder."""
    return VIDEO in job.renditions and isinstance(job.delivery.video, EncodeVideo)


def _seek(job: EncodeJob) -> float:
    """Where to start reading, in playlist time. FFmpeg seeks by the picture: sought before the first one, it would begin
    there and leave out the sound before it.
    """
    seek, video = _seek_in_index(job), job.facts.video
    return 0.0 if video and seek * job.delivery.plan.rate < video.start else seek


def _seek_in_index(job: EncodeJob) -> float:
    """The same, if the film has pictures from its beginning on. Copying needs the keyframe before, so that there is
    something to cut off.
    """
    plan = job.delivery.plan
    video = job.delivery.video if VIDEO in job.renditions else None
    start = plan.boundaries[job.start] / plan.rate
    if job.start == 0:
        return 0.0
    blind = demuxer_of(job.facts.container) in BLIND
    if isinstance(video, CopyVideo):
        before = max(keyframe for keyframe in video.keyframes if keyframe < start - video.frame / 2)
        return max(0.0, min(before, start - LEAD) - LEAD if blind else start - LEAD)
    lead = BLIND_LEAD if blind else LEAD
    if isinstance(video, EncodeVideo) and video.burn is not None:
        lead = max(lead, BURN_LEAD)
    lead = max(LEAD, lead / plan.rate)
    if isinstance(video, EncodeVideo):
        if blind and job.facts.video:
            start = min(start, job.facts.video.end / plan.rate)
        start = FrameGrid(plan.origin / plan.rate, float(1 / video.rate)).nearest(start)
        lead = float(-(-lead * video.rate // 1) / video.rate)
    return max(0.0, start - lead)


def _input(run: _Run) -> list[str | bytes]:
    job, video = run.job, run.job.delivery.video
    device: list[str | bytes] = []
    if encodes_picture(job) and isinstance(video, EncodeVideo):
        device += [*run.encoder.device, *decoding(run.encoder, job.facts.video, video)]
    unread = UNREAD if run.first and _copies_from_a_table(job) else ()
    source = _source(job, run.seek * run.rate, run.length)
    early = ["-noaccurate_seek"] if run.seek > 0 and _may_stand(run, video) else []
    few = ["-filter_threads", str(run.threads), "-threads", str(run.threads)] if run.threads else []
    return [*device, *few, *unread, *early, *source, "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"]


def _may_stand(run: _Run, video: CopyVideo | EncodeVideo | None) -> bool:
    """Whether the picture at the start of a run may have begun long before. What is woven comes at a steady pace until its
    end, and to take all of it apart from the keyframe on would take a second where the keyframe is not known.
    """
    if not encodes_picture(run.job) or not isinstance(video, EncodeVideo):
        return False
    film = run.job.facts.video
    return not video.deinterlace or film is None or run.start * run.rate > film.end - LEAD


def _copies_from_a_table(job: EncodeJob) -> bool:
    """Whether a run only copies packets whose times stand in a table: FFmpeg need not decode any to understand them."""
    delivery = job.delivery
    made = [delivery.video if each == VIDEO else delivery.sound(each) for each in job.renditions]
    copied = all(isinstance(track, CopyVideo | CopyAudio) for track in made)
    return copied and demuxer_of(job.facts.container) == "mov" and not job.facts.fragmented


def _source(job: EncodeJob, seek: float, length: float | None = None) -> list[str | bytes]:
    """The film from a time on, or so much of it, opened as what it was found to be and as nothing else."""
    options: list[str | bytes] = [
        "-protocol_whitelist", PROTOCOLS,
        "-format_whitelist", job.facts.container,
        "-max_pixels", str(MOST_PIXELS),
        "-f", demuxer_of(job.facts.container),
    ]  # fmt: skip
    place: list[str | bytes] = ["-ss", _time(seek)] if seek > 0 else []
    much = [] if length is None else ["-t", _time(length)]
    return [*options, *place, *much, "-i", b"file:" + os.fsencode(job.source)]


def _picture(run: _Run, video: CopyVideo | EncodeVideo) -> list[str]:
    if isinstance(video, CopyVideo):
        return ["-map", f"0:{video.index}", "-c:v", "copy", *_headed(run.job, video)]
    grid, end = run.grid(video), _time(run.end - run.seek)
    cuts = [grid.nearest(cut) for cut in (run.start, *run.cuts)]
    keyframes = ",".join(_time(cut - run.seek) for cut in cuts)
    return [
        *pictures(video, cuts[0], run.seek, run.encoder, run.rate), "-fps_mode", "passthrough", "-t", end,
        *run.encoder.arguments(video, keyframes, eager=run.job.eager),
        *(("-threads:v", str(run.threads)) if run.threads else ()),
    ]  # fmt: skip


def _headed(job: EncodeJob, video: CopyVideo) -> list[str]:
    """Puts an H.264's parameter sets before each of its keyframes, where the container has them apart: FFmpeg does so before
    an IDR picture only, and the keyframes of an open group of pictures are none. Delimiters of the film's own go, for they must
    come first; to look for them takes a twentieth of the time to a first segment.
    """
    apart = demuxer_of(job.facts.container) not in BLIND
    return ["-bsf:v", HEADED_ANEW if video.delimited else HEADED] if apart and video.codecs.startswith("avc") else []


def _video_cuts(run: _Run, video: CopyVideo | EncodeVideo) -> list[float]:
    if isinstance(video, CopyVideo):
        beginning = [] if run.first else [run.start]
        return [cut - video.frame / 2 for cut in (*beginning, *run.cuts)]
    grid = run.grid(video)
    return [grid.nearest(cut) - grid.step / 2 for cut in run.cuts]


def _audio(run: _Run, audio: CopyAudio | EncodeAudio) -> list[str]:
    if isinstance(audio, CopyAudio):
        return ["-c:a", "copy"]
    kept = _audio_grid(audio).first_at(run.start) * AAC_FRAME
    first = 0 if run.first else max(0, kept - WARM_UP * AAC_FRAME)
    offset = max(0, first - round(run.seek * ENCODED_SAMPLE_RATE))
    return [
        "-af", f"{_sound_from(offset, run.rate)},apad", "-t", _time(run.end - run.seek),
        "-c:a", "aac", "-ac", "2", "-b:a", f"{ENCODED_AUDIO_KBPS}k",
    ]  # fmt: skip


def _sound_from(first: int, rate: float) -> str:
    """Filters that give sound without holes from a sample on. `atempo` counts from 0, so it is cut only behind that. What
    is early is cut off behind the change of the rate: one filter for both would count samples of the film's own rate.
    """
    resampled = f"aresample={ENCODED_SAMPLE_RATE},aresample={ENCODED_SAMPLE_RATE}:async=1"
    if rate == 1.0:
        return f"{resampled}:first_pts={first}"
    tempos = ",".join(f"atempo={tempo}" for tempo in tempos_of(rate))
    return f"{resampled}:first_pts=0,{tempos},atrim=start_sample={first}"


def tempos_of(rate: float) -> list[float]:
    """A rate as a product of tempos that `atempo` makes without leaving anything out: 0.5 to 2."""
    steps = 1
    while not 0.5**steps <= rate <= 2.0**steps:
        steps += 1
    return [round(rate ** (1 / steps), 9)] * steps


def _audio_grid(audio: CopyAudio | EncodeAudio) -> FrameGrid:
    if isinstance(audio, CopyAudio):
        return FrameGrid(audio.origin, audio.step)
    return FrameGrid(0.0, AAC_FRAME / ENCODED_SAMPLE_RATE)


def _audio_cuts(run: _Run, audio: CopyAudio | EncodeAudio) -> list[float]:
    grid = _audio_grid(audio)
    beginning = [] if isinstance(audio, CopyAudio) and run.first else [run.start]
    return [grid.cut(cut) for cut in (*beginning, *run.cuts)]


def _segments(run: _Run, directory: Path, rendition: Rendition, cuts: list[float]) -> list[str | bytes]:
    """MPEG-TS segments, cut exactly there; each is announced as a CSV line `name,start,end` when it is whole."""
    leading = len(cuts) > len(run.cuts)
    return [
        "-output_ts_offset", _time(MEDIA_OFFSET + run.seek), "-muxdelay", "0", "-muxpreload", "0",
        "-max_muxing_queue_size", "4096", "-f", "segment", "-segment_format", "mpegts",
        "-segment_times", ",".join(_time(MEDIA_OFFSET + cut) for cut in (*cuts, run.end + NEVER)),
        "-segment_list", "pipe:1", "-segment_list_type", "csv",
        "-segment_start_number", str(run.job.start + (0 if leading else 1)),
        os.fsencode(str(directory).replace("%", "%%") + f"/{rendition}-%d.ts"),
    ]  # fmt: skip


def _time(seconds: float) -> str:
    return f"{seconds:.6f}"
