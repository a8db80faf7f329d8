"""What the services need for the text of subtitles, as a protocol beside those of `controller.ports`."""

from __future__ import annotations

from typing import Protocol

from controller.core.media import SubtitleFacts
from controller.core.subtitles import Window
from controller.core.webvtt import Cue
from controller.ports import SourceFile


class SubtitleReader(Protocol):
    """Reads the text of subtitles out of films, and of files beside them, without trusting either."""

    async def cues(self, source: SourceFile, track: SubtitleFacts, window: Window) -> tuple[Cue, ...]:
        """What a text track shows within a window, in order: cues that cross its edges whole. Remembered while the
        file stays the same.

        Raises:
            NotPlayable: it cannot be read.
            Overloaded: not in time; another try may succeed.
        """
        ...
