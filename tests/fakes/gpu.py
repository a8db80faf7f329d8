"""An `ffmpeg` that has a graphics card: what NVENC should make is made by x264, and fails as the film's name says."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.stage import THROUGH, FakeFfmpeg

PRETEND = """
case "$*" in
*-encoders*) echo " V....D h264_nvenc           pretended"; exit 0;;
*broken.mkv*) echo "[matroska @ 0x1] all is lost" >&2; exit 1;;
*h264_nvenc*) case "$*" in
    *crash.mkv*) echo "[h264_nvenc @ 0x1] the device: was lost" >&2; exit 1;;
    *nothing.mkv*) exit 0;;
    *killed.mkv*) kill -KILL $$;;
    *empty.mkv*) for last; do :; done; d=${last%/*}; : > "$d/video-1.ts"; echo "video-1.ts,10.0,12.0"; sleep 60;;
    *odd.mkv*) elsewhere=yes;;
    *later.mkv*) later=yes;;
    esac;;
esac
left=$#
while [ "$left" -gt 0 ]; do
    word=$1; shift; left=$((left - 1))
    if [ "$skip" ]; then skip=; continue; fi
    case "$word" in
    -hwaccel|-rc|-cq|-no-scenecut|-forced-idr|-b:v) skip=yes; continue;;
    -force_key_frames) if [ "$elsewhere" ]; then skip=yes; continue; fi;;
    9999) if [ "$elsewhere" ]; then word=34; fi;;
    h264_nvenc) word=libx264;;
    p1|p4) word=ultrafast;;
    esac
    set -- "$@" "$word"
done
if [ "$later" ]; then "$REAL" "$@" | grep --line-buffered -m 4 "\\.ts,"; kill -SEGV $$; fi
"""


def gpu(folder: Path, before: str = "") -> FakeFfmpeg:
    """The script in a folder that does not exist yet; `before` is shell that it begins with."""
    return FakeFfmpeg(folder, before + PRETEND + THROUGH)
