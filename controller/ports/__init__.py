"""What the services need from outside, as protocols. Adapters implement them; fakes pass the same contract tests."""

from __future__ import annotations

from controller.ports.library import Entry, FolderPage, Library, MediaProbe, Sidecar, SourceFile, SubtitleReader
from controller.ports.room import Announce, Clock, Peer, Secrets
from controller.ports.screen import PlayerEnd, PlayerLost, ScreenListener, ScreenPlayer, ScreenPlayers
from controller.ports.store import (
    SEEN_TO,
    DeviceStore,
    FactsStore,
    KeptState,
    KnownDevice,
    LastOwner,
    NotStored,
    WatchStore,
)
from controller.ports.streams import (
    EncodeJob,
    Encoder,
    EncoderListener,
    EncoderRun,
    SegmentStore,
    StreamDirectory,
    Usage,
)

__all__ = [
    "SEEN_TO",
    "Announce",
    "Clock",
    "DeviceStore",
    "EncodeJob",
    "Encoder",
    "EncoderListener",
    "EncoderRun",
    "Entry",
    "FactsStore",
    "FolderPage",
    "KeptState",
    "KnownDevice",
    "LastOwner",
    "Library",
    "MediaProbe",
    "NotStored",
    "Peer",
    "PlayerEnd",
    "PlayerLost",
    "ScreenListener",
    "ScreenPlayer",
    "ScreenPlayers",
    "Secrets",
    "SegmentStore",
    "Sidecar",
    "SourceFile",
    "StreamDirectory",
    "SubtitleReader",
    "Usage",
    "WatchStore",
]
