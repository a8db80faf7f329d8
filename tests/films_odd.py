"""Films as they lie about in folders: codecs, containers, sounds and clocks of every kind, a few seconds each.

A recipe is named after what is special about it; `tests.films.make` makes them all.
"""

from __future__ import annotations

from tests.film_parts import AAC, X264, picture, sound, subtitles

SECONDS = 8.0


def seen(rate: str = "25", size: str = "320x180") -> list[str]:
    return picture(rate, size, SECONDS)


def heard(hertz: int = 440) -> list[str]:
    return sound(seconds=SECONDS, hertz=hertz)


def surround(layout: str) -> list[str]:
    """A tone on every loudspeaker."""
    count = {"5.1": 6, "7.1": 8, "quad": 4}[layout]
    tones = "|".join(f"sin({330 + 55 * number}*2*PI*t)/9" for number in range(count))
    return ["-f", "lavfi", "-i", f"aevalsrc={tones}:c={layout}:s=48000:d={SECONDS}"]


H264 = [*X264, "-g", "50"]
BOTH = [*seen(), *heard()]
HEVC = ["-c:v", "libx265", "-preset", "ultrafast"]
QUIET = "log-level=error"
VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]
AV1 = ["-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "keyint=50"]
MANY_SOUNDS = [word for number in range(8) for word in heard(330 + 55 * number)]
MANY_TEXTS = [word for number in range(20) for word in subtitles(f"text {number}")]
LANGUAGES = ("eng", "deu", "fra", "spa", "ita", "nld", "swe", "pol")

ODD: dict[str, tuple[str, list[str]]] = {
    # pictures
    "h264_high_422": ("mkv", [*BOTH, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv422p", *AAC]),
    "h264_high_444": ("mp4", [*BOTH, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv444p", *AAC]),
    "open_gop_delimited": ("mkv", [*BOTH, *X264, "-x264-params", "open-gop=1:keyint=24:bframes=3:scenecut=0:aud=1", *AAC]),
    "h264_main_60": ("mp4", [*seen("60000/1001"), *heard(), *H264, "-profile:v", "main", *AAC]),
    "hevc_closed": ("mp4", [*BOTH, *HEVC, "-x265-params", f"{QUIET}:open-gop=0:keyint=50", "-tag:v", "hvc1", *AAC]),
    "hevc_ten_bit_hdr": ("mkv", [*BOTH, *HEVC, "-pix_fmt", "yuv420p10le", "-x265-params", f"{QUIET}:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:hdr10=1", "-c:a", "eac3"]),
    "vp8_vorbis": ("webm", [*BOTH, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libvorbis"]),
    "vp9_ten_bit": ("mkv", [*BOTH, *VP9, "-pix_fmt", "yuv420p10le", "-c:a", "libopus"]),
    "av1_opus": ("mp4", [*BOTH, *AV1, "-c:a", "libopus"]),
    "av1_flac": ("mkv", [*BOTH, *AV1, "-c:a", "flac"]),
    "mpeg1_mp2": ("mpg", [*BOTH, "-c:v", "mpeg1video", "-b:v", "1M", "-c:a", "mp2"]),
    "mpeg2_programme_interlaced": ("vob", [*seen(size="720x576"), *heard(), "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-b:v", "4M", "-aspect", "16:9", "-c:a", "ac3", "-f", "vob"]),
    "h264_interlaced": ("ts", [*BOTH, *H264, "-flags", "+ildct+ilme", "-x264opts", "tff=1", *AAC]),
    "wmv_wma": ("wmv", [*BOTH, "-c:v", "wmv2", "-c:a", "wmav2"]),
    "mjpeg_pcm": ("avi", [*BOTH, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le"]),
    "prores_pcm": ("mov", [*BOTH, "-c:v", "prores_ks", "-profile:v", "0", "-c:a", "pcm_s24le"]),
    "h263_amr_like": ("3gp", [*seen(size="352x288"), *heard(), "-c:v", "h263", *AAC]),
    "theora_vorbis": ("ogv", [*BOTH, "-c:v", "libtheora", "-c:a", "libvorbis"]),
    "xvid_packed": ("avi", [*BOTH, "-c:v", "libxvid", "-bf", "2", "-c:a", "libmp3lame"]),
    "noise": ("mkv", ["-f", "lavfi", "-i", f"nullsrc=size=640x360:rate=25:duration={SECONDS},geq=random(1)*255:128:128", *heard(), "-c:v", "mpeg4", "-q:v", "6", "-c:a", "ac3"]),
    # sounds
    "dts_5_1": ("mkv", [*seen(), *surround("5.1"), *H264, "-c:a", "dca", "-strict", "-2"]),
    "truehd_7_1": ("mkv", [*seen(), *surround("5.1"), *H264, "-c:a", "truehd", "-strict", "-2"]),
    "aac_7_1": ("mkv", [*seen(), *surround("7.1"), *H264, *AAC]),
    "aac_5_1": ("mp4", [*seen(), *surround("5.1"), *H264, *AAC]),
    "eac3_mono": ("mp4", [*BOTH, *H264, "-ac", "1", "-c:a", "eac3"]),
    "alac": ("m4a", [*heard(), "-c:a", "alac"]),
    "mp3_alone": ("mp3", [*heard(), "-c:a", "libmp3lame"]),
    "pcm_quad": ("mkv", [*seen(), *surround("quad"), *H264, "-c:a", "pcm_s16le"]),
    "low_sample_rate": ("mp4", [*seen(), *sound(22_050, SECONDS), *H264, *AAC]),
    "mp2_of_32_kilohertz": ("ts", [*seen(), *sound(32_000, SECONDS), *H264, "-c:a", "mp2"]),
    "sound_with_a_hole": ("ts", [*seen(), "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={SECONDS},aselect='lt(t,3)+gte(t,5)'", *H264, *AAC]),
    "telephone": ("avi", [*seen(), *sound(8_000, SECONDS), "-c:v", "mpeg4", "-c:a", "pcm_mulaw"]),
    # clocks and containers
    "h264_in_avi": ("avi", [*BOTH, *H264, "-bf", "0", "-c:a", "libmp3lame"]),
    "h264_in_avi_out_of_order": ("avi", [*BOTH, *H264, "-bf", "2", "-c:a", "ac3"]),
    "sound_outlasts_picture": ("mp4", [*picture("25", "320x180", 5.0), *heard(), "-c:v", "mpeg4", *AAC]),
    "song_with_one_picture": ("mp4", [*picture("25", "320x180", 0.04), *heard(), *H264, *AAC]),
    "slides": ("webm", [*seen("1/4"), *heard(), *VP9, "-c:a", "libopus"]),
    "no_cues_no_length": ("mkv", [*BOTH, *H264, *AAC, "-f", "matroska", "-live", "1"]),
    "starts_at_ten_hours": ("ts", [*BOTH, *H264, *AAC, "-output_ts_offset", "36000"]),
    "negative_times": ("mkv", ["-itsoffset", "-0.7", *BOTH, *H264, *AAC, "-avoid_negative_ts", "disabled"]),
    "mov_with_edits": ("mov", ["-ss", "2.1", "@b_frames", "-c", "copy", "-t", "8"]),
    "blu_ray_stream": ("m2ts", [*seen("24000/1001"), *heard(), *H264, "-c:a", "ac3"]),
    "tiny_and_odd": ("mkv", [*seen(size="35x63"), *heard(), "-c:v", "mpeg4", "-c:a", "libmp3lame"]),
    "anamorphic": ("mkv", [*seen(size="720x480"), *heard(), *H264, "-vf", "setsar=32/27", *AAC]),
    "one_picture_a_second": ("mp4", [*seen("1"), *heard(), *H264, *AAC]),
    "cover_art": ("mp4", [*BOTH, "-f", "lavfi", "-i", "color=red:size=64x64:duration=0.04:rate=25", "-map", "0", "-map", "1", "-map", "2", "-c:v:0", "libx264", "-preset:v:0", "veryfast", "-pix_fmt:v:0", "yuv420p", "-c:v:1", "mjpeg", "-pix_fmt:v:1", "yuvj420p", "-frames:v:1", "1", "-disposition:v:1", "attached_pic", *AAC]),
    "song_with_cover": ("mp3", [*heard(), "-f", "lavfi", "-i", "color=red:size=64x64:duration=0.04:rate=25", "-map", "0", "-map", "1", "-c:a", "libmp3lame", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-frames:v", "1", "-disposition:v", "attached_pic"]),
    "eight_sounds_twenty_texts": (
        "mkv",
        [
            *seen(), *MANY_SOUNDS, *MANY_TEXTS,
            *(word for track in range(29) for word in ("-map", str(track))), *H264, "-c:a", "aac", "-b:a", "64k", "-c:s", "srt",
            *(word for number, language in enumerate(LANGUAGES) for word in (f"-metadata:s:a:{number}", f"language={language}")),
        ],
    ),
}  # fmt: skip

MINUTES = [*picture("24", "160x90", 200.0), *sound(seconds=200.0), *X264, "-bf", "3", "-g", "48", *AAC]
TEN = [*picture("24", "480x270", 600.0), *sound(seconds=600.0)]
LONG: dict[str, tuple[str, list[str]]] = {
    "minutes_matroska": ("mkv", MINUTES),
    "minutes_transport": ("ts", MINUTES),
    "ten_minutes": ("mp4", [*TEN, *X264, "-crf", "36", "-bf", "3", "-g", "48", *AAC]),
    "ten_minutes_mpeg4": ("mkv", [*TEN, "-s", "640x360", "-c:v", "mpeg4", "-q:v", "14", "-g", "48", *AAC]),
}
"""Films that take more than one run to copy, and those of `make soak`."""
