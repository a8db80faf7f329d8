"""The tracks of a film on the wire, numbered per kind."""

from __future__ import annotations

from protocol.values import SubtitleKind, Wire


class AudioTrack(Wire):
    """`id` counts the item's audio tracks from 0; `request_hls_stream` takes it as `audio_track`."""

    id: int
    codec: str
    channels: int
    language: str | None = None
    title: str | None = None
    default: bool = False
    selected: bool | None = None


class SubtitleTrack(Wire):
    """`id` counts the item's subtitle tracks from 0: those in the film, then the files beside it (`external`).

    Those of the kind `text` are renditions of a stream's master playlist. `forced` ones are for everybody.
    """

    id: int
    codec: str
    language: str | None = None
    title: str | None = None
    default: bool = False
    selected: bool | None = None
    kind: SubtitleKind | None = None
    forced: bool = False
    hearing_impaired: bool = False
    external: bool = False


class Tracks(Wire):
    audio: list[AudioTrack]
    subtitles: list[SubtitleTrack]
