"""Which encoder pictures are made with: the first that a real second of film comes out of, or x264.

Contract. What FFmpeg lists proves nothing: an encoder is believed when what it made can be decoded, lasts as long as
it should and has its key pictures exactly where they were asked for. One that fails in use is given up until the next
start; runs that are alive go on with what they have.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import anyio
import structlog

from controller.adapters.ffmpeg.exits import AHEAD
from controller.adapters.ffmpeg.video_encoders import HARDWARE, SOFTWARE, VideoEncoder
from controller.adapters.process import run_child
from controller.core.delivery import EncodeVideo
from protocol.values import EncoderName

log = structlog.get_logger(__name__)

QUIET = ("ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error")
PATIENCE = 8.0
"""Seconds that an encoder may take for one second of a small film, twice, and for its proof."""
FILM = EncodeVideo(index=0, width=640, height=360, rate=Fraction(25), level=30, max_kbps=900, deinterlace=False)
PICTURES, KEY = 25, 13
"""Of the second that is made: how many pictures it has, and which of them, besides the first, is to be a key picture."""


@dataclass(slots=True)
class EncoderChoice:
    """The encoder for runs to come, and why that one, in a sentence for people."""

    encoder: VideoEncoder = SOFTWARE
    reason: str = "Nothing else has been tried yet."

    @property
    def gpu(self) -> str | None:
        """The usual name of what encodes in hardware; None when software does."""
        return None if self.encoder is SOFTWARE else self.encoder.title

    def is_hardware(self) -> bool:
        """Whether some hardware encodes, as opposed to x264."""
        return self.encoder is not SOFTWARE

    async def choose(self, wanted: EncoderName | Literal["auto"]) -> None:
        """Try what is wanted, or with `auto` all that FFmpeg lists, until one works. Software does if none."""
        if wanted == "software":
            self.reason = "As the settings ask for."
            return
        listed, refused = await _listed(), list[str]()
        for encoder in [one for one in HARDWARE if wanted == one.name or (wanted == "auto" and one.codec in listed)]:
            tried = await try_out(encoder) if encoder.codec in listed else "this FFmpeg does not have it"
            if isinstance(tried, VideoEncoder):
                self.encoder, self.reason = tried, "A second of film was encoded with it."
                break
            refused.append(f"{encoder.title}: {tried}")
        else:
            self.reason = f"No GPU works ({'; '.join(refused)})." if refused else "This FFmpeg knows no GPU."

    def give_up(self, encoder: VideoEncoder, why: str) -> None:
        """It failed in use, where software did not."""
        if self.encoder is encoder:
            self.encoder, self.reason = SOFTWARE, f"{encoder.title} failed in use and was given up. {why}"
            log.warning("encoder given up", encoder=encoder.name, reason=why)


async def _listed() -> set[str]:
    """The encoders of pictures that FFmpeg was built with."""
    lines: list[str] = []
    try:
        await run_child([*QUIET, "-encoders"], on_line=lines.append, share=AHEAD)
    except OSError:
        return set()
    return {found[1] for line in lines if (found := re.match(r" V\S+ (\S+)", line))}


async def try_out(encoder: VideoEncoder) -> VideoEncoder | str:
    """Encode a second for real, in haste and at leisure; answers what went wrong in a few words, or the encoder as it
    can be used: without its decoder where that does not work.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="matinee-") as folder, anyio.fail_after(PATIENCE):
            made = Path(folder) / "second.ts"
            for eager in (True, False):
                if problem := await _encode(encoder, made, eager=eager):
                    return problem
            fault = await _fault(made, *encoder.device, *encoder.decoding)
            return replace(encoder, decoding=()) if fault else encoder
    except TimeoutError:
        return f"not done after {PATIENCE:.0f} s"
    except OSError as error:
        return error.strerror or type(error).__name__


async def _encode(encoder: VideoEncoder, made: Path, *, eager: bool) -> str | None:
    filters = ",".join(word for word in (f"format={encoder.pixels}", encoder.upload) if word)
    ended = await run_child(
        [
            *QUIET, "-y", *encoder.device, "-f", "lavfi", "-i", f"testsrc2=size={FILM.width}x{FILM.height}:rate={FILM.rate}:duration=1",
            "-vf", filters, *encoder.arguments(FILM, f"0,{float(KEY / FILM.rate):f}", eager=eager), "-f", "mpegts", str(made),
        ],
        share=AHEAD,
    )  # fmt: skip
    if ended.code != 0:
        return cause(ended.stderr) or f"exit code {ended.code}"
    return await _fault(made)


async def _fault(made: Path, *decoder: str) -> str | None:
    """What is wrong with a second of film that was made; None when nothing is."""
    seen: dict[str, list[int]] = {"0": [], "1": []}

    def on_line(line: str) -> None:
        if found := re.match(r"([01]), *-?\d+, *(-?\d+),", line):
            seen[found[1]].append(int(found[2]))

    twice = ["-i", str(made), "-skip_frame", "nokey", "-i", str(made), "-map", "0:v", "-map", "1:v"]
    ended = await run_child(
        [*QUIET, *decoder, *twice, "-fps_mode", "passthrough", "-f", "framecrc", "pipe:1"], on_line=on_line
    )
    pictures, keys = seen["0"], seen["1"]
    if ended.code != 0 or ended.stderr.strip():
        return "what it makes cannot be decoded"
    if len(pictures) != PICTURES:
        return f"{len(pictures)} of {PICTURES} pictures came out"
    return None if keys == [pictures[0], pictures[KEY]] else "key pictures are not where they were asked for"


def cause(stderr: str) -> str:
    """The first thing that FFmpeg complained of, without the addresses and paths in it."""
    first = next((line for line in stderr.splitlines() if line.strip()), "")
    words = re.sub(r"^\[[^]]*\]\s*", "", first).strip().rstrip(".")
    return words[:100] if "/" not in words else ""
