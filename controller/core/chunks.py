"""A long list in short stretches, so that an edit anywhere changes one or two of them.

    … a b │ c d e f g │ h i …          after an id whose hash ends in six zero bits comes a cut

Contract. Where a list is cut follows from the ids in it alone, from one cut to the next: the same ids give the same
stretches, in every run. A stretch holds about 64 entries, never more than 512, and is named by the ids in it. What has
not changed since the last time is not looked into again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from zlib import crc32

ABOUT = 64
MOST = 512


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch. One that is not `closed` ends where the list does, and takes what is added there."""

    name: str
    ids: tuple[str, ...]
    closed: bool


class Chunks:
    """Cuts one list again and again; remembers its last cuts."""

    def __init__(self) -> None:
        self._known: dict[str, Chunk] = {}

    def cut(self, ids: Sequence[str]) -> list[Chunk]:
        """The stretches of a list, in its order."""
        ids, chunks, at = tuple(ids), [], 0
        while at < len(ids):
            chunk = self._as_before(ids, at) or _next(ids, at)
            chunks.append(chunk)
            at += len(chunk.ids)
        self._known = {chunk.ids[0]: chunk for chunk in chunks}
        return chunks

    def _as_before(self, ids: tuple[str, ...], at: int) -> Chunk | None:
        """The stretch that began with this id the last time, if it is still the same."""
        chunk = self._known.get(ids[at])
        if chunk is None:
            return None
        end = at + len(chunk.ids)
        same = ids[at:end] == chunk.ids and (chunk.closed or end == len(ids))
        return chunk if same else None


def _next(ids: tuple[str, ...], at: int) -> Chunk:
    found: list[str] = []
    for id_ in islice(ids, at, at + MOST):
        found.append(id_)
        if is_cut(id_):
            break
    name = blake2b("\n".join(found).encode(), digest_size=12).hexdigest()
    return Chunk(name, tuple(found), closed=is_cut(found[-1]) or len(found) == MOST)


def is_cut(id_: str) -> bool:
    """Whether a stretch ends after this id."""
    return crc32(id_.encode()) % ABOUT == 0
