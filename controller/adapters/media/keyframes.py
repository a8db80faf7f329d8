"""Finds where a film can be cut without decoding it.

A keyframe is a place for a cut when nothing shown before it follows it in the file (a closed group of pictures) and
the picture before it is shown until it comes (no pause in the film, which would be a hole at the cut). The index of an
MP4 tells all of that, see `sample_table`. That of a Matroska file tells of keyframes only, which is believed of a film
at a steady rate, after a look at a few places; others of moderate size are read through. What has no index is read
for as long as nobody gets impatient; then it keeps its secret.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from av.container import InputContainer
from av.video.stream import VideoStream

from controller.adapters.media.rates import between, between_places
from controller.adapters.media.sample_table import SampleTable, read_table

INDEXED = ("mov", "matroska")
LITTLE, FEW = 48 * 1024 * 1024, 30_000
"""Bytes and pictures up to which a file is read through although its index tells enough: some hundredths of a second."""
SMALL = 192 * 1024 * 1024
"""Bytes up to which one is read through whose index does not tell enough: some tenths of a second."""
BUDGET = 1.2
"""Seconds for that, or for looking at every keyframe of an index."""
PATIENCE = 0.4
"""Seconds for reading a film without an index: whoever wants to see it waits meanwhile."""
SAMPLES = 6
SAMPLED_PACKETS = 12
"""Packets read after a sampled keyframe to find a picture that is shown before it."""
REORDERED = 17
"""Pictures around a keyframe that may be shown in another order than they are decoded in: H.264 allows 16."""
PAUSE = 0.04
"""Seconds longer than usual that the picture before a cut may be shown."""
HOLE = 0.25
"""Seconds without a frame of a sound that are a hole: players stop there, or jump."""
EDITED = 0.01
"""Seconds before the beginning at which an edit list hides pictures."""
INDEX_ENDS = 60.0
"""Seconds before the end of a film at which an index that is whole has its last keyframe."""


class Unplayable(Exception):
    """Nothing can be made of this file; one sentence for people."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """`keyframes` are the safe ones, film time, ascending; None when they could not be learned in time. `open_gop`
    says that there are unsafe ones; `end` is the end of the film when it was read through, else 0; `unread` that a longer look
    would tell more. `packed` are the bytes in MPEG-TS from each of the keyframes to the next, `heard` the sizes of the frames of
    sounds, by their tracks, and `holed` the tracks of those that pause, when it was read through.
    """

    keyframes: tuple[float, ...] | None
    open_gop: bool = False
    trimmed: bool = False
    end: float = 0.0
    unread: bool = False
    packed: tuple[int, ...] | None = None
    heard: dict[int, list[int]] = field(default_factory=dict)
    holed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    """A packet of the picture track: when it is shown (ticks), whether it is a keyframe or hidden, and its bytes."""

    shown: int | None
    keyframe: bool
    hidden: bool
    size: int


@dataclass(slots=True)
class Film:
    """An opened film: `start` is where its time begins, `duration` 0 when unknown, `uneven` that its pictures come at
    no steady rate, `beginning` what has been read of the picture track; the container stands behind that. `sounds` are the
    tracks that are heard, which take about `others` bytes a second.
    """

    container: InputContainer
    stream: VideoStream
    descriptor: int
    size: int
    start: float
    duration: float
    uneven: bool
    beginning: list[Picture]
    sounds: Sequence[Any] = ()
    others: float = 0.0
    patience: float = PATIENCE
    moved: bool = False

    def seek(self, ticks: int) -> None:
        """Stand at the keyframe at or before a time of the picture track."""
        self.moved = True
        self.container.seek(ticks, stream=self.stream)

    def time(self, ticks: int) -> float:
        """Film time."""
        base = self.stream.time_base
        return ticks * base.numerator / base.denominator - self.start if base else 0.0

    @property
    def longest(self) -> float:
        """Seconds that a picture may be shown, without being a pause."""
        rate = self.stream.average_rate or self.stream.guessed_rate or 25
        return float(1 / rate) + PAUSE

    @property
    def few(self) -> bool:
        """Whether it is read through in no time."""
        return self.size <= LITTLE and self.duration / (self.longest - PAUSE) <= FEW


def find_cuts(film: Film) -> Cuts:
    """Where to cut. Raises: Unplayable (the file is cut off)."""
    name = film.container.format.name
    if not name.startswith(INDEXED):
        return _read_through(film, film.patience)
    _refuse_truncated(film.stream, film.size)
    if film.duration <= 0:
        return _read_through(film, film.patience)
    if name.startswith("mov") and (cuts := _from_table(film)):
        return cuts
    if film.few or (film.uneven and film.size <= SMALL):
        return _read_through(film, BUDGET)
    return _from_index(film) or _read_through(film, BUDGET if film.size <= SMALL else film.patience)


def picture_of(packet: Any) -> Picture:
    """What is known of a packet without decoding it."""
    return Picture(packet.pts, packet.is_keyframe, packet.is_discard, packet.size)


def _refuse_truncated(stream: VideoStream, size: int) -> None:
    """An index that points beyond the end tells of a copy that was never finished."""
    entries = stream.index_entries
    last = entries[-1] if len(entries) else None
    if last is not None and last.pos + last.size > size:
        raise Unplayable("This file ends too early: it was cut off, or its copy is not finished.")


def _packets(film: Film) -> Iterator[Any]:
    return (packet for packet in film.container.demux(film.stream) if packet.size)


@dataclass(slots=True)
class _Heard:
    """What goes by of sounds: the sizes of their frames, and which of them `holed` pause; times are ticks of theirs."""

    sizes: dict[int, list[int]] = field(default_factory=dict)
    holed: set[int] = field(default_factory=set)
    ends: dict[int, int] = field(default_factory=dict)

    def hear(self, packet: Any) -> None:
        """One packet."""
        track = packet.stream_index
        self.sizes.setdefault(track, []).append(packet.size)
        if packet.pts is not None:
            end = self.ends.get(track)
            if end is not None and packet.pts > end and (packet.pts - end) * float(packet.time_base) > HOLE:
                self.holed.add(track)
            self.ends[track] = packet.pts + (packet.duration or 0)


def _pictures(film: Film, heard: _Heard) -> Iterator[Picture]:
    """Every picture from here on; what is heard meanwhile is noted."""
    for packet in film.container.demux(film.stream, *film.sounds):
        if packet.size and packet.stream_index == film.stream.index:
            yield picture_of(packet)
        elif packet.size:
            heard.hear(packet)


def _is_trimmed(film: Film) -> bool:
    """Whether an edit list begins inside a group of pictures."""
    first = film.beginning[0] if film.beginning else None
    return first is not None and (first.hidden or (first.shown is not None and film.time(first.shown) < -EDITED))


# ── by reading ────────────────────────────────────────────────────────────────────────────────────


def _read_through(film: Film, patience: float) -> Cuts:
    """Every packet of the picture, for as long as there is patience; from behind the beginning, wherever that was left."""
    if film.moved:
        film.container.seek(film.container.start_time or 0)
    until, longest, trimmed = time.monotonic() + patience, film.longest, _is_trimmed(film)
    safe: list[float] = []
    numbers: list[int] = []
    sizes: list[int] = []
    heard = _Heard()
    latest, unsafe, current = None, False, None
    rest = _pictures(film, heard)
    for picture in rest if film.moved else chain(film.beginning, rest):
        if picture.shown is None:
            return Cuts(None)
        at = film.time(picture.shown)
        if picture.keyframe:
            current = at if latest is None or at - latest <= longest else None
            if current is not None:
                safe.append(current)
                numbers.append(len(sizes))
        elif current is not None and at < current and safe[-1] == current:
            unsafe = True
            safe.pop()
            numbers.pop()
            current = None
        sizes.append(picture.size)
        latest = at if latest is None else max(latest, at)
        if time.monotonic() > until:
            return Cuts(None, unsafe, trimmed, unread=True)
    end = 0.0 if latest is None else latest + longest - PAUSE
    keyframes = tuple(round(at, 6) for at in safe) or None
    packed, holed = between(sizes, numbers), frozenset(heard.holed)
    return Cuts(keyframes, unsafe and len(safe) < 2, trimmed, end, packed=packed, heard=heard.sizes, holed=holed)


# ── by the table of an MP4 ────────────────────────────────────────────────────────────────────────


def _from_table(film: Film) -> Cuts | None:
    """As if all had been read; None when the table does not say what libavformat says, who knows of edit lists."""
    table = read_table(film.descriptor, film.stream.id)
    if table is None or len(table.decoded) != len(film.stream.index_entries):
        return None
    trimmed, later = _is_trimmed(film), _shown_later(film, table)
    if later is None:
        return None
    longest = film.longest * float(1 / (film.stream.time_base or 1))
    safe: list[int] = []
    unsafe, shown = False, table.shown
    for number in table.keyframes:
        before, after = shown[max(0, number - REORDERED) : number], shown[number + 1 : number + 1 + REORDERED]
        if before and shown[number] - max(before) > longest:
            continue
        if after and min(after) < shown[number]:
            unsafe = True
            continue
        safe.append(number)
    keyframes = tuple(round(film.time(shown[number] + later), 6) for number in safe) or None
    sizes = between(table.sizes, safe) if table.sizes else None
    return Cuts(keyframes, unsafe and len(safe) < 2, trimmed, packed=sizes)


def _shown_later(film: Film, table: SampleTable) -> int | None:
    """How much later than its table a film is shown, if that is so everywhere that one looks."""
    entries, first = film.stream.index_entries, film.beginning[0].shown if film.beginning else None
    if first is None:
        return None
    later, decoded_later = first - table.shown[0], entries[0].timestamp - table.decoded[0]
    step = max(1, len(table.keyframes) // SAMPLES)
    for number in {*table.keyframes[::step], table.keyframes[-1]}:
        entry = entries[number]
        if not entry.is_keyframe or entry.timestamp - table.decoded[number] != decoded_later:
            return None
        at = table.shown[number] + later
        film.seek(at)
        packet = next(_packets(film), None)
        if packet is None or packet.pts != at or not packet.is_keyframe:
            return None
    return later


# ── by the index ──────────────────────────────────────────────────────────────────────────────────


def _from_index(film: Film) -> Cuts | None:
    """The keyframes of an index that is whole; None when it is not, or a look at some places raises doubts."""
    stream, trimmed = film.stream, _is_trimmed(film)
    film.seek(int(stream.start_time or 0) + round(10 / (stream.time_base or 1)))  # Matroska's is read at the first seek
    places = {entry.timestamp: entry.pos for entry in stream.index_entries if entry.is_keyframe}
    times = sorted(places)
    first = film.beginning[0].shown if film.beginning else None
    if not times or first is None or film.time(times[-1]) < film.duration - INDEX_ENDS:
        return None
    shown, open_gop = _presentation(film, times, first - times[0])
    if open_gop:
        return Cuts(None, open_gop, trimmed)
    if not shown:
        return None
    keyframes = tuple(round(film.time(tick), 6) for tick in shown)
    return Cuts(keyframes, False, trimmed, packed=_weighed(film, keyframes, [places[at] for at in times]))


def _weighed(film: Film, keyframes: tuple[float, ...], places: list[int]) -> tuple[int, ...] | None:
    """What the places of keyframes in the file tell of what is between them."""
    if len(keyframes) != len(places):
        return None
    end = (max(film.duration, keyframes[-1]), film.size)
    rate = 1 / (film.longest - PAUSE)
    return between_places(list(zip(keyframes, places, strict=True)), end, rate, film.others)


def _presentation(film: Film, times: list[int], usual: int) -> tuple[list[int] | None, bool]:
    """When the keyframes of the index are shown, and whether a sampled one is unsafe. Where all samples are shown
    equally late all others are, too; else every single one is looked at, while there is time.
    """
    delays = set()
    for at in {*times[:: max(1, len(times) // SAMPLES)], times[-1]}:
        delay, opened = _sample(film, at, usual)
        if opened or delay is None:
            return None, opened
        delays.add(delay)
    if len(delays) == 1:
        delay = delays.pop()
        return [at + delay for at in times], False
    until, found = time.monotonic() + BUDGET, set()
    for at in times:
        film.seek(at + usual)
        packet = next(_packets(film), None)
        if packet is None or packet.pts is None or time.monotonic() > until:
            return None, False
        found.add(packet.pts)
    return sorted(found), False


def _sample(film: Film, at: int, usual: int) -> tuple[int | None, bool]:
    """How much later than its index entry a keyframe is shown, and whether a picture behind it is shown before it."""
    film.seek(at + usual)
    keyframe: int | None = None
    for number, packet in enumerate(_packets(film)):
        if keyframe is None:
            if not packet.is_keyframe or packet.pts is None or number > SAMPLED_PACKETS:
                return None, False
            keyframe = packet.pts
        elif packet.pts is not None and packet.pts < keyframe:
            return keyframe - at, True
        if number >= SAMPLED_PACKETS:
            break
    return (None, False) if keyframe is None else (keyframe - at, False)
