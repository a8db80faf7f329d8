"""What happens to pictures between the decoder and the encoder.

deinterlace ─▶ steady rate ─▶ subtitles drawn over it ─▶ size ─▶ ordinary brightness ─▶ 8 bit, for as long as asked
                                                                                        └▶ to the encoder's device
"""

from __future__ import annotations

from controller.adapters.ffmpeg.video_encoders import VideoEncoder
from controller.core.picture import EncodeVideo

DRAWN = "overlay=x=(W-w)/2:y=H-h:eof_action=pass:format=auto"
"""Picture subtitles bring a canvas of their own, which may be higher than a film without black bars."""
TONE_MAP = (
    "zscale=transfer=linear:npl=100",
    "format=gbrpf32le",
    "zscale=primaries=bt709",
    "tonemap=tonemap=hable:desat=0",
    "zscale=transfer=bt709:matrix=bt709:range=tv",
)
FONTS = "fonts"
"""The folder, beside those of the runs, with the fonts that are attached to a film."""
STANDING = "tpad=stop=-1:stop_mode=clone"
"""The last picture stands until the end that is asked for: a film's tracks may be of different length, and a run may begin
where there is no picture any more.
"""


def subtitle_file(video: EncodeVideo) -> str | None:
    """The name of the file, beside the folders of the runs, that text subtitles are drawn from; None without any. It is
    ours, whatever the film or a file beside it is called.
    """
    if video.burn is None or not video.burn.text or video.blank:
        return None
    return f"burn-{'beside-' if video.burn.beside else ''}{video.burn.index}.ass"


def pictures(video: EncodeVideo, start: float, seek: float, encoder: VideoEncoder, rate: float = 1.0) -> list[str]:
    """FFmpeg's arguments for where the pictures of an output come from; the first is shown at `start`, and the input is
    read from `seek` on, both in playlist time; `rate` seconds of the film are one of that.
    """
    timed = "" if rate == 1.0 else f"settb=AVTB,setpts=PTS/{rate},"
    start -= seek
    if video.blank:
        return _mapped(f"{_black(video)},{_steady(video, start)},{','.join(_last(encoder))}[picture]")
    if video.burn is not None and not video.burn.text:
        film = f"[0:{video.index}]{timed}{_steady(video, start)}[film]"
        drawn = f"[0:{video.burn.index}]{timed}null[drawn];[film][drawn]" if timed else f"[film][0:{video.burn.index}]"
        return _mapped(f"{film};{drawn}{DRAWN},{_shown(video, seek, encoder, rate)}[picture]")
    return ["-map", f"0:{video.index}", "-vf", f"{timed}{_steady(video, start)},{_shown(video, seek, encoder, rate)}"]


def _mapped(graph: str) -> list[str]:
    return ["-filter_complex", graph, "-map", "[picture]"]


def _black(video: EncodeVideo) -> str:
    return f"color=black:size={video.width}x{video.height}:rate={video.rate.numerator}/{video.rate.denominator}"


def _steady(video: EncodeVideo, start: float) -> str:
    """One picture at every step of the grid, from the one on that stands at the start; what is woven of two is taken apart
    before.
    """
    rate = f"fps={video.rate.numerator}/{video.rate.denominator}"
    steady = f"{rate},{STANDING},{rate}:start_time={start:.6f}"
    return f"bwdif=mode=send_frame:deint=interlaced,{steady}" if video.deinterlace else steady


def _shown(video: EncodeVideo, seek: float, encoder: VideoEncoder, rate: float) -> str:
    scaled = (f"scale={video.width}:{video.height}", "setsar=1")
    return ",".join([*scaled, *(TONE_MAP if video.tone_map else ()), *_written(video, seek, rate), *_last(encoder)])


def _written(video: EncodeVideo, seek: float, rate: float) -> list[str]:
    """Text drawn at the size that is shown; it is timed by the film, the run from where it reads."""
    name = subtitle_file(video)
    if video.burn is None or name is None:
        return []
    drawn = f"ass=f=../{name}" + (f":fontsdir=../{FONTS}" if video.burn.fonts else "")
    if rate == 1.0:
        return [f"setpts=PTS+{seek:.6f}/TB", drawn, f"setpts=PTS-{seek:.6f}/TB"]
    return ["settb=AVTB", f"setpts=(PTS+{seek:.6f}/TB)*{rate}", drawn, f"setpts=PTS/{rate}-{seek:.6f}/TB"]


def _last(encoder: VideoEncoder) -> tuple[str, ...]:
    return (f"format={encoder.pixels}", *([encoder.upload] if encoder.upload else ()))
