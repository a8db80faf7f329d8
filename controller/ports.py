"""What the services need from outside, as protocols. Adapters implement them; fakes pass the same contract tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from controller.core.delivery import Delivery
from controller.core.media import MediaFacts
from controller.core.playlist import Rendition, SegmentId
from controller.core.screen_calls import Call, Report
from controller.core.stream_phase import Outcome
from controller.core.watching import Memory, Seat
from protocol.devices import Device
from protocol.results import Folder
from protocol.values import DeviceId, Role


class Clock(Protocol):
    """Time that only goes forwards."""

    def now(self) -> float:
        """Monotonic seconds."""
        ...

    def wall(self) -> float:
        """Unix seconds, for what people read and what is stored."""
        ...


class Secrets(Protocol):
    """Randomness for ids, tokens and codes."""

    def token(self) -> str:
        """256 random bits as URL-safe text."""
        ...

    def identity(self) -> str:
        """96 random bits as URL-safe text that begins with a letter: an id, no secret."""
        ...

    def letters(self, alphabet: str, count: int) -> str:
        """That many letters of an alphabet, each independent of the others."""
        ...


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A regular file inside the library: its real path (symlinks resolved) and what tells its content from another's.

    `modified_ns` is the later of its two times of change: a copied file may bring an old one along.
    """

    path: Path
    size: int
    modified_ns: int
    title: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A film as the folder lists it. `path` is None when the name is not UTF-8; `media_id` always works."""

    media_id: str
    path: str | None
    title: str
    size: int


@dataclass(frozen=True, slots=True)
class FolderPage:
    """What is in a folder, or what a query found, in natural order."""

    path: str
    folders: Sequence[Folder]
    entries: Sequence[Entry]
    total: int


class Library(Protocol):
    """The folders that were given, and nothing outside them."""

    def media_id(self, path: str | None, media_id: str | None) -> str:
        """The one id of what is referred to, however that was written; looks at no file. Raises: ItemNotFound."""
        ...

    async def resolve(self, path: str | None, media_id: str | None) -> SourceFile:
        """The file behind a reference. Raises: ItemNotFound, NotPlayable (not a regular file)."""
        ...

    async def entry(self, path: str | None, media_id: str | None) -> Entry:
        """How the folder lists that file. Raises: ItemNotFound, NotPlayable."""
        ...

    async def films(self, path: str | None, media_id: str | None) -> list[Entry]:
        """The film, or all films of a folder and of those in it, in natural order. Raises: ItemNotFound, NotPlayable."""
        ...

    async def page(self, path: str, query: str | None, offset: int, limit: int) -> FolderPage:
        """Part of a listing. Raises: ItemNotFound (no such folder)."""
        ...


class MediaProbe(Protocol):
    """Looks into a film without trusting it."""

    async def facts(self, source: SourceFile) -> MediaFacts:
        """What is known of a film; remembered while the file stays the same. Raises: NotPlayable."""
        ...

    def known(self, source: SourceFile) -> MediaFacts | None:
        """The same, if it is remembered already."""
        ...

    def study(self, source: SourceFile) -> None:
        """Find out beside, and remember, what there was no time for when somebody waited; never waits."""
        ...

    async def check(self, source: SourceFile, position: float) -> None:
        """Open a film and decode one picture (or some sound) at a position. Raises: NotPlayable."""
        ...


class FactsStore(Protocol):
    """What was found in films, as text: at most one per path, and so many in all. Everything raises NotStored."""

    async def find(self, source: SourceFile, examiner: str, at: float) -> str | None:
        """What this examiner kept of a file that is still the same; somebody uses it now (Unix seconds)."""
        ...

    async def keep(self, source: SourceFile, examiner: str, text: str, at: float) -> None:
        """Remember this of a file, instead of what was remembered of its path; what nobody used for long may go."""
        ...


class StreamDirectory(Protocol):
    """The files of one stream."""

    @property
    def root(self) -> Path:
        """The directory itself; every file of the stream lies below it."""
        ...

    def run_directory(self, epoch: int) -> Path:
        """A directory for one run of the encoder to write to, made anew."""
        ...

    def publish(self, made: Path, segment: SegmentId) -> int:
        """Put a whole segment where it is served from; answers its size in bytes. Raises: OSError."""
        ...

    def withdraw(self, segment: SegmentId) -> None:
        """Take a published segment away; it is no mistake when there is none."""
        ...

    def path(self, segment: SegmentId) -> Path:
        """Where a published segment lies."""
        ...

    def drop_run(self, epoch: int) -> None:
        """Remove what a run left unpublished."""
        ...

    async def remove(self) -> None:
        """Remove the directory with everything in it."""
        ...


class SegmentStore(Protocol):
    """Where streams keep their files."""

    def create(self, client_id: str, stream_id: str) -> StreamDirectory:
        """A new, empty directory. Raises: OSError."""
        ...

    def used_bytes(self) -> int:
        """How much all streams hold."""
        ...

    def free_bytes(self) -> int:
        """How much room the disk has left."""
        ...


@dataclass(frozen=True, slots=True)
class EncodeJob:
    """One run of the encoder: make these `renditions` of `delivery` from segment `start` on into `directory`. With
    `eager`, haste comes before beauty.
    """

    source: Path
    facts: MediaFacts
    delivery: Delivery
    start: int
    epoch: int
    directory: StreamDirectory
    renditions: frozenset[Rendition]
    eager: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process uses: `cpu` in percent of one core since it was last asked, `rss` in bytes."""

    cpu: float
    rss: int


class EncoderRun(Protocol):
    """A living run."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    def hold(self, held: bool) -> None:
        """Stop it in its tracks, or let it go on."""
        ...

    def usage(self) -> Usage | None:
        """What it uses, or None when it is gone."""
        ...


class EncoderListener(Protocol):
    """Who wants to know about a run. Called on the event loop; must not wait."""

    def on_started(self, run: EncoderRun) -> None:
        """It is alive; told again when it goes on in another process."""
        ...

    def on_made(self, segment: SegmentId, made: Path) -> None:
        """A segment is whole and lasts as long as planned; it lies at `made`."""
        ...


class Encoder(Protocol):
    """Runs FFmpeg."""

    async def encode(self, job: EncodeJob, listener: EncoderListener) -> Outcome:
        """Run to the end. Cancelled: the process is gone before this returns (2 s at most, then it is killed)."""
        ...


class PlayerLost(Exception):
    """The screen's player is gone or does not answer; its owner starts another."""


class ScreenPlayer(Protocol):
    """A living player of the screen (VLC)."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    async def call(self, call: Call) -> None:
        """Have it do something; it has begun to when this returns. Raises: PlayerLost."""
        ...


class ScreenListener(Protocol):
    """Who wants to know about a player. Called on the event loop; must not wait."""

    def on_started(self, player: ScreenPlayer) -> None:
        """It is alive and can be called."""
        ...

    def on_report(self, report: Report) -> None:
        """How it is; told whenever that differs from the last time."""
        ...


@dataclass(frozen=True, slots=True)
class PlayerEnd:
    """Why a player ended, for people; `killed` when somebody else has ended it."""

    reason: str
    killed: bool = False


class ScreenPlayers(Protocol):
    """Starts players for the screen."""

    async def play(self, listener: ScreenListener) -> PlayerEnd:
        """Run one player to its end; answers why it ended.

        A player that is silent for more than 3 s is killed. Cancelled: it is gone before this returns.

        Raises:
            OSError: it could not be started.
        """
        ...


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device that may come in."""

    device_id: DeviceId
    name: str
    role: Role


class NotStored(Exception):
    """The store cannot do that just now; nothing has changed. The message says why, without what was to be stored."""


class LastOwner(Exception):
    """That would leave the house without an owner; nothing has changed."""


SEEN_TO = 60.0
"""Seconds to which it is known when a device was last seen: a thousand that come back at once cost no write each."""


class DeviceStore(Protocol):
    """The paired devices. Tokens are known by their hash only. Everything raises NotStored."""

    async def add(self, device: KnownDevice, token_hash: str, at: float) -> None:
        """Keep a new device; it is stored when this returns. Raises: NotStored, also when its id or token is there."""
        ...

    async def find(self, token_hash: str, at: float) -> KnownDevice | None:
        """The device of a token, which was thereby seen; that is known to the minute."""
        ...

    async def all(self) -> list[Device]:
        """Every device, oldest first, then by id."""
        ...

    async def remove(self, device_id: str) -> bool:
        """Forget a device; False when there is none of that id."""
        ...

    async def rename(self, device_id: str, name: str) -> bool:
        """Call a device something else; it is stored when this returns. False when there is none of that id."""
        ...

    async def set_role(self, device_id: str, role: Role) -> bool:
        """Give a device another role; it is stored when this returns. False when there is none of that id.

        Raises:
            LastOwner: it is the only owner and would be one no more, also when others are changed at the same time.
        """
        ...

    async def owners(self) -> int:
        """How many owners there are."""
        ...


class KeptState(Protocol):
    """What must survive a restart, by name, as text."""

    async def load(self) -> dict[str, str]:
        """Everything that was saved. Raises: NotStored."""
        ...

    async def save(self, texts: Mapping[str, str | None]) -> None:
        """Keep these, all or none; None forgets a name. They are stored when this returns. Raises: NotStored."""
        ...


class WatchStore(Protocol):
    """What is remembered of films: at most one memory per person and film."""

    async def load(self) -> dict[Seat, Memory]:
        """Everything that was saved. Raises: NotStored."""
        ...

    async def save(self, memories: Mapping[Seat, Memory | None]) -> None:
        """Keep these, all or none; None forgets. They are stored when this returns. Raises: NotStored."""
        ...


class Peer(Protocol):
    """The connection of a client, seen from above."""

    def offer(self, frame: str, kind: str | None = None) -> None:
        """Put a frame into the outbox (see core.outbox); never waits."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Send what is in the outbox, then close; never waits."""
        ...


Announce = Callable[[], None]
"""Called after a change that somebody may want to hear of."""
