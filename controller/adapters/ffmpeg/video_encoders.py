"""What each encoder of pictures needs on FFmpeg's command line; the only place that knows their words.

All make the same thing: H.264 without B-frames that surprise (in software x264's own, elsewhere none), a key
picture exactly where one is asked for and nowhere else, and no more bits than the ladder allows. Pictures come to an
encoder from the processor's memory and are scaled there, so that every filter works whatever the device can do; only
VA-API has to be handed them. A device decodes only pictures that it gives back as they were meant, see `decoding`.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.media import VideoFacts
from controller.core.picture import BUFFER, EncodeVideo
from protocol.values import EncoderName

AVERAGE = 0.75
"""Share of the highest bitrate that an encoder aims at which knows no constant quality under a cap."""
DECODED = frozenset({"h264", "hevc", "vp9", "av1"})
"""What a device may decode; FFmpeg decodes it itself where this device cannot."""


@dataclass(frozen=True, slots=True)
class VideoEncoder:
    """One of them. `device` and `decoding` stand before the input, `pixels` ends the filters; `eager` is for runs that
    somebody waits for. In `rate`, {most}, {buffer} and {average} become kbit/s.
    """

    name: EncoderName
    title: str
    codec: str
    pixels: str
    eager: tuple[str, ...]
    steady: tuple[str, ...]
    rate: tuple[str, ...]
    keyframes: tuple[str, ...]
    upload: str = ""
    device: tuple[str, ...] = ()
    decoding: tuple[str, ...] = ()
    baseline: str = "baseline"

    def arguments(self, video: EncodeVideo, keyframes: str, *, eager: bool) -> list[str]:
        """What makes a picture, with key pictures at these seconds."""
        kbps = {"most": video.max_kbps, "buffer": BUFFER * video.max_kbps, "average": round(AVERAGE * video.max_kbps)}
        profile = self.baseline if video.profile == "baseline" else video.profile
        return [
            "-c:v", self.codec, *(self.eager if eager or video.haste else self.steady), "-profile:v", profile, "-level:v", str(video.level),
            *(word.format_map(kbps) for word in self.rate), "-g", "9999", *self.keyframes, "-force_key_frames", keyframes,
        ]  # fmt: skip


CAPPED = ("-maxrate", "{most}k", "-bufsize", "{buffer}k")
AVERAGED = ("-b:v", "{average}k", *CAPPED)

SOFTWARE = VideoEncoder(
    name="software",
    title="x264",
    codec="libx264",
    pixels="yuv420p",
    eager=("-preset", "ultrafast"),
    steady=("-preset", "veryfast"),
    rate=("-crf", "22", *CAPPED),
    keyframes=("-sc_threshold", "0"),
)
NVENC = VideoEncoder(
    name="nvenc",
    title="NVENC",
    codec="h264_nvenc",
    pixels="nv12",
    eager=("-preset", "p1"),
    steady=("-preset", "p4"),
    rate=("-rc", "vbr", "-cq", "23", "-b:v", "0", *CAPPED),
    keyframes=("-bf", "0", "-no-scenecut", "1", "-forced-idr", "1"),
    decoding=("-hwaccel", "cuda"),
)
QSV = VideoEncoder(
    name="qsv",
    title="Quick Sync",
    codec="h264_qsv",
    pixels="nv12",
    eager=("-preset", "veryfast"),
    steady=("-preset", "medium"),
    rate=AVERAGED,
    keyframes=("-bf", "0", "-adaptive_i", "0", "-look_ahead", "0", "-forced_idr", "1"),
    decoding=("-hwaccel", "vaapi"),  # its own decoders leave pictures on the device
)
VAAPI = VideoEncoder(
    name="vaapi",
    title="VA-API",
    codec="h264_vaapi",
    pixels="nv12",
    eager=(),  # drivers read its quality levels in opposite ways, and all are in a hurry by nature
    steady=(),
    rate=("-rc_mode", "VBR", *AVERAGED),
    keyframes=("-bf", "0", "-idr_interval", "0"),
    upload="hwupload",
    device=("-init_hw_device", "vaapi=gpu", "-filter_hw_device", "gpu"),
    decoding=("-hwaccel", "vaapi", "-hwaccel_device", "gpu"),
    baseline="constrained_baseline",
)
AMF = VideoEncoder(
    name="amf",
    title="AMF",
    codec="h264_amf",
    pixels="nv12",
    eager=("-usage", "transcoding", "-quality", "speed"),
    steady=("-usage", "transcoding", "-quality", "balanced"),
    rate=("-rc", "vbr_peak", *AVERAGED),
    keyframes=("-bf", "0", "-forced_idr", "1"),  # an FFmpeg that does not know it cannot make key pictures on demand
    decoding=("-hwaccel", "vaapi"),
    baseline="constrained_baseline",
)
VIDEOTOOLBOX = VideoEncoder(
    name="videotoolbox",
    title="VideoToolbox",
    codec="h264_videotoolbox",
    pixels="nv12",
    eager=("-realtime", "1"),
    steady=("-realtime", "0"),
    rate=AVERAGED,
    keyframes=("-bf", "0", "-allow_sw", "0"),
    decoding=("-hwaccel", "videotoolbox"),
)
HARDWARE = (NVENC, QSV, VAAPI, AMF, VIDEOTOOLBOX)
"""In the order in which they are tried."""


def decoding(encoder: VideoEncoder, film: VideoFacts | None, video: EncodeVideo) -> tuple[str, ...]:
    """How to have the encoder's device decode a film: 8 bit, progressive, upright and with nothing to be done to it but
    its size, or not at all. For tone mapping, deinterlacing, turning and drawing the processor decodes, and tells the
    filters all they need to know.
    """
    plain = film and film.codec in DECODED and film.pixel_format == "yuv420p" and film.transfer is None
    more = video.deinterlace or video.tone_map or video.burn or video.blank
    return encoder.decoding if film and plain and not more and not film.rotation else ()
