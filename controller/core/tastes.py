"""What is remembered of a device: the languages of its person, and what its player has failed with.

Contract. A film that is put on without a word about its tracks is heard and read in the languages that were chosen last:
read in whole, and as a deaf person needs it only by who chose that last.
A way of delivery that its player failed with is not taken again for films of the same kind: those of the same container
and codecs. What is remembered is bounded: of kinds the latest 100.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from controller.core.languages import same
from controller.core.media import MediaFacts, SubtitleFacts
from controller.core.wish import Choice
from protocol.values import DeliveryMode

MOST_KINDS = 100
OFF = ""
"""Instead of a language: no subtitles."""


def kind_of(facts: MediaFacts) -> str:
    """Films that a player takes or refuses alike."""
    video = f"{facts.video.codec} {facts.video.profile}" if facts.video else "-"
    sounds = "+".join(sorted({audio.codec for audio in facts.audio})) or "-"
    return f"{facts.container.split(',', maxsplit=1)[0]}/{video}/{sounds}"


@dataclass(frozen=True, slots=True)
class Taste:
    """One device's; None is a language that was never chosen. `hearing_impaired` says for whom the subtitles were that
    were chosen last.
    """

    heard: str | None = None
    read: str | None = None
    refused: dict[str, frozenset[DeliveryMode]] = field(default_factory=dict)
    hearing_impaired: bool = False

    def tracks(self, facts: MediaFacts, choice: Choice) -> Choice:
        """A choice with the tracks that were left open, where a language is known and the film has it."""
        audio, subtitle = choice.audio_track, choice.subtitle_track
        if audio is None and self.heard is not None:
            audio = _first([track.language for track in facts.audio], self.heard)
        if subtitle is None and self.read:
            subtitle = self._read_best(facts.subtitles, self.read)
        return replace(choice, audio_track=audio, subtitle_track=subtitle)

    def chose(self, facts: MediaFacts, *, audio: int | None, subtitle: int | None) -> Taste:
        """After tracks of a film were chosen by a person; None was not, a subtitle of -1 is none."""
        heard, read, impaired = self.heard, self.read, self.hearing_impaired
        if audio is not None:
            heard = facts.audio[audio].language or heard
        if subtitle is not None and subtitle < 0:
            read = OFF
        elif subtitle is not None:
            track = facts.subtitles[subtitle]
            read, impaired = track.language or read, track.hearing_impaired
        return replace(self, heard=heard, read=read, hearing_impaired=impaired)

    def _read_best(self, tracks: tuple[SubtitleFacts, ...], wanted: str) -> int | None:
        """The first track of a language that is all of the text and for such a person, or the next best."""
        fitting = [
            (track.forced, track.hearing_impaired is not self.hearing_impaired, number)
            for number, track in enumerate(tracks)
            if not track.is_pictures and track.language and same(track.language, wanted)
        ]
        return min(fitting)[-1] if fitting else None

    def failed(self, facts: MediaFacts, mode: DeliveryMode) -> Taste:
        """After the player failed with a way of delivery."""
        kind = kind_of(facts)
        known = {other: modes for other, modes in self.refused.items() if other != kind}
        kept = dict(list(known.items())[-(MOST_KINDS - 1) :])
        return replace(self, refused={**kept, kind: self.refusals(facts) | {mode}})

    def refusals(self, facts: MediaFacts) -> frozenset[DeliveryMode]:
        """The ways that are not taken for this film."""
        return self.refused.get(kind_of(facts), frozenset())


def _first(languages: list[str | None], wanted: str) -> int | None:
    """The first track of a language; `en` and `eng` are the same, and so are `en-GB` and `en`."""
    return next((number for number, language in enumerate(languages) if language and same(language, wanted)), None)
