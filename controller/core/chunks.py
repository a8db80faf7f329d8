"""A long list in short stretches, so that an edit anywhere changes one or two of them.

    … a b │ c d e f g │ h i …          after an id whose hash ends in six zero bits comes a cut

Contract. Where a list is cut follows from the ids in it alone, from one cut to the next: the same ids give the same
stretches, in every run. A stretch holds about 64 entries, never more than 512, and is named by the ids in it. What is
known to be as it was the last time is not looked at, and what turns out to be so is not named again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
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
    """Cuts one list again and again; remembers its last cuts. `last` is the list that it cut last."""

    def __init__(self) -> None:
        self.last: Sequence[str] = ()
        self._chunks: list[Chunk] = []
        self._known: dict[str, Chunk] = {}

    def cut(self, ids: Sequence[str], head: int = 0, tail: int = 0) -> list[Chunk]:
        """The stretches of a list, in its order; its first `head` and its last `tail` ids are known to be those of `last`.

        The list must not change any more.
        """
        chunks, after = self._within(head), self._by_what_is_left(tail)
        at = sum(len(chunk.ids) for chunk in chunks)
        while at < len(ids):
            same = after.get(len(ids) - at)
            if same is not None:
                chunks += self._chunks[same:]
                break
            chunk = self._as_before(ids, at) or _next(ids, at)
            chunks.append(chunk)
            at += len(chunk.ids)
        self.last, self._chunks = ids, chunks
        self._known = {chunk.ids[0]: chunk for chunk in chunks}
        return chunks

    def _within(self, head: int) -> list[Chunk]:
        """The last stretches that end within so many ids; where one ends that is not closed, does not follow from them."""
        found: list[Chunk] = []
        for chunk in self._chunks:
            head -= len(chunk.ids)
            if head < 0 or not chunk.closed:
                break
            found.append(chunk)
        return found

    def _by_what_is_left(self, tail: int) -> dict[int, int]:
        """The indices of the last stretches that begin within so many ids from the end, by how many are left there."""
        found, left = dict[int, int](), 0
        for index in reversed(range(len(self._chunks))):
            left += len(self._chunks[index].ids)
            if left > tail:
                break
            found[left] = index
        return found

    def _as_before(self, ids: Sequence[str], at: int) -> Chunk | None:
        """The stretch that began with this id the last time, if it is still the same."""
        chunk = self._known.get(ids[at])
        if chunk is None:
            return None
        end = at + len(chunk.ids)
        same = tuple(ids[at:end]) == chunk.ids and (chunk.closed or end == len(ids))
        return chunk if same else None


def _next(ids: Sequence[str], at: int) -> Chunk:
    most = ids[at : at + MOST]
    length = next((length for length, cut in enumerate(map(is_cut, most), 1) if cut), len(most))
    found = tuple(most[:length])
    name = blake2b("\n".join(found).encode(), digest_size=12).hexdigest()
    return Chunk(name, found, closed=is_cut(found[-1]) or length == MOST)


def is_cut(id_: str) -> bool:
    """Whether a stretch ends after this id."""
    return crc32(id_.encode()) % ABOUT == 0
