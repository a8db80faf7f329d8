"""Whether a film is still the one that was opened: a file that grows is, one that another was written over is not."""

from __future__ import annotations

import os
from collections import OrderedDict
from contextlib import suppress

from controller.ports import SourceFile

PLACES = (1 / 3, 2 / 3)
"""Parts of a film at which it is looked into. Whoever writes a film goes back to its beginning when it is whole."""
BYTES = 4096
REMEMBERED = 1_024


class Looks:
    """Remembers what films looked like when they were opened. Called from threads; the worst that two at once can do is to
    look twice.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[SourceFile, list[bytes]] = OrderedDict()

    def remember(self, film: SourceFile) -> None:
        """It is opened now."""
        if film not in self._known:
            with suppress(OSError):
                self._keep(film, _look(film))

    def has_changed(self, film: SourceFile) -> bool:
        """Whether it is another file now, shorter, or has other bytes where it had some; one that is gone is as it was."""
        try:
            status = film.path.stat()
            if status.st_size < film.size or status.st_ino != film.inode:
                return True
            found = _look(film)
        except OSError:
            return False
        known = self._known.get(film, found)
        if any(before.strip(b"\0") and before != now for before, now in zip(known, found, strict=True)):
            return True
        self._keep(film, found)  # what was not written yet may be there now
        return False

    def _keep(self, film: SourceFile, look: list[bytes]) -> None:
        self._known.pop(film, None)
        self._known[film] = look
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _look(film: SourceFile) -> list[bytes]:
    """A few bytes of its middle. Raises: OSError."""
    descriptor = os.open(film.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        return [os.pread(descriptor, BYTES, int(film.size * part)) for part in PLACES]
    finally:
        os.close(descriptor)
