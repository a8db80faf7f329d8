"""A long list in short stretches, so that an edit anywhere changes one or two of them.

    … a b │ c d e f g │ h i …          after an id whose hash ends in six zero bits comes a cut

Contract. Where a list is cut follows from the ids in it alone, from one cut to the next: the same ids give the same
stretches, in every run. A stretch holds about 64 entries, never more than 512, and is named by the ids in it. What has
not changed since the last time is not looked into again. An id stays with its entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Generic, TypeVar
from zlib import crc32

Entry = TypeVar("Entry")

ABOUT = 64
MOST = 512


@dataclass(frozen=True, slots=True)
class Chunk(Generic[Entry]):
    """A stretch. One that is not `closed` ends where the list does, and takes what is added there."""

    name: str
    entries: tuple[Entry, ...]
    closed: bool


class Chunks(Generic[Entry]):
    """Cuts one list again and again; remembers its last cuts."""

    def __init__(self, id_of: Callable[[Entry], str]) -> None:
        self._id_of = id_of
        self._known: dict[str, Chunk[Entry]] = {}

    def cut(self, entries: Sequence[Entry]) -> list[Chunk[Entry]]:
        """The stretches of a list, in its order."""
        entries, chunks, at = tuple(entries), [], 0
        while at < len(entries):
            chunk = self._as_before(entries, at) or self._next(entries, at)
            chunks.append(chunk)
            at += len(chunk.entries)
        self._known = {self._id_of(chunk.entries[0]): chunk for chunk in chunks}
        return chunks

    def _as_before(self, entries: tuple[Entry, ...], at: int) -> Chunk[Entry] | None:
        """The stretch that began with this entry the last time, if it is still the same."""
        chunk = self._known.get(self._id_of(entries[at]))
        if chunk is None:
            return None
        end = at + len(chunk.entries)
        same = entries[at:end] == chunk.entries and (chunk.closed or end == len(entries))
        return chunk if same else None

    def _next(self, entries: tuple[Entry, ...], at: int) -> Chunk[Entry]:
        ids: list[str] = []
        for id_ in map(self._id_of, islice(entries, at, at + MOST)):
            ids.append(id_)
            if is_cut(id_):
                break
        name = blake2b("\n".join(ids).encode(), digest_size=12).hexdigest()
        return Chunk(name, entries[at : at + len(ids)], closed=is_cut(ids[-1]) or len(ids) == MOST)


def is_cut(id_: str) -> bool:
    """Whether a stretch ends after this id."""
    return crc32(id_.encode()) % ABOUT == 0
