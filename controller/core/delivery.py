"""How an item reaches a client: the file itself, its tracks copied into segments, or encoded; and why.

                 wanted, and the player opens and decodes it      every track can be copied
    direct ◀──────────────────────────────────────────── film ─────────────────────────────▶ remux
                                                           │ some track cannot
                                                           └────────────────────────────────▶ transcode

Contract. Decided per track, from what the film is, what was asked, what the player probed and what the house allows
(`core.wish`). The reasons say why it is not delivered in a cheaper way. A way that this player has failed with is not
taken again. What cannot be delivered at all is NotPlayable, with the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from controller.core import picture, sound
from controller.core.direct import against_direct, first_heard
from controller.core.media import MediaFacts, VideoFacts
from controller.core.picture import CopyVideo, EncodeVideo, steady_rate
from controller.core.playlist import VIDEO, Caption, Rendition, Sound, sound_of
from controller.core.segment_plan import COPY_TARGET, QUICK, SegmentPlan, at_keyframes, on_grid
from controller.core.sound import ENCODED_CHANNELS, CopyAudio, EncodeAudio
from controller.core.subtitles import captions
from controller.core.wish import Wish
from protocol.errors import NotPlayable
from protocol.values import DeliveryMode, DeliveryReason

__all__ = ["CopyAudio", "CopyVideo", "Delivery", "EncodeAudio", "EncodeVideo", "Wish", "decide"]

Track = CopyAudio | EncodeAudio


@dataclass(frozen=True, slots=True)
class Delivery:
    """The decision, with the plan that follows from it.

    `sounds` has how each of the film's sound tracks is made, should somebody choose it; `audio_track` is the one that
    was chosen, `told` what the master playlist says of them, `captions` what it says of the subtitles that are text.
    Of a direct one nothing is made.
    """

    mode: DeliveryMode
    reasons: tuple[DeliveryReason, ...]
    video: CopyVideo | EncodeVideo | None
    sounds: tuple[Track, ...]
    plan: SegmentPlan
    told: tuple[Sound, ...]
    audio_track: int | None
    captions: tuple[Caption, ...] = ()

    @property
    def audio(self) -> Track | None:
        """The sound that was chosen."""
        return None if self.audio_track is None or not self.sounds else self.sounds[self.audio_track]

    @property
    def renditions(self) -> tuple[Rendition, ...]:
        """The media playlists of this stream: the picture, the chosen sound, the other sounds."""
        picture_ = [VIDEO] if self.video else []
        others = [sound_of(track) for track in range(len(self.sounds)) if track != self.audio_track]
        chosen = [] if self.audio is None else [sound_of(self.audio_track or 0)]
        return (*picture_, *chosen, *others)

    @property
    def encodes(self) -> bool:
        """Whether its picture is encoded, which is what takes time."""
        return isinstance(self.video, EncodeVideo)

    @property
    def quick(self) -> frozenset[Rendition]:
        """What of it is made in next to no time: all but a picture that is encoded."""
        return frozenset(self.renditions) - ({VIDEO} if self.encodes else frozenset())

    def renditions_alike(self, other: Delivery) -> bool:
        """Whether a player of the one can go on with the other: the same media playlists, whichever is chosen."""
        return {*self.renditions} == {*other.renditions} and self.plan == other.plan

    def sound(self, rendition: Rendition) -> Track:
        """How a sound is made."""
        return next(sound for track, sound in enumerate(self.sounds) if sound_of(track) == rendition)


def decide(facts: MediaFacts, wish: Wish, plan: SegmentPlan | None = None) -> Delivery:
    """Choose, for one film and one wish; with a `plan`, so that a stream can go on by it.

    Raises:
        NotPlayable: the film has no such track, nothing to show or hear, or must be encoded where that is not allowed.
    """
    track = _chosen(facts, wish)
    _check_subtitles(facts, wish)
    shown = facts.video if wish.quality != "audio-only" else None
    if shown is None and track is None:
        raise NotPlayable("There is neither picture nor sound in this file.")
    why_not_direct = against_direct(facts, wish, track) if wish.direct else []
    if wish.direct and not why_not_direct:
        return _direct(facts, track)
    against = picture.against_copying(shown, facts, wish) if shown else []
    failed: list[DeliveryReason] = ["player_failed"] if "remux" in wish.refused else []
    against += failed if shown else []
    plan = plan or _plan(facts, shown, wish.rate, copied=not against)
    against_sounds = [[*sound.against_copying(audio, plan, wish.abilities), *failed] for audio in facts.audio]
    video = _video(facts, shown, wish, copied=not against) if shown else None
    sounds = tuple(
        EncodeAudio(audio.index) if why else sound.copy(audio)
        for audio, why in zip(facts.audio, against_sounds, strict=True)
    )
    heard = against_sounds[track] if track is not None else []
    asked: list[DeliveryReason] = ["audio_only_asked"] if facts.video and not shown else []
    reasons = [*asked, *against, *heard, *_made_so(video, wish)] or why_not_direct or ["container_copied"]
    _allow(wish, [*against, *heard])
    return Delivery(
        mode="transcode" if against or heard else "remux",
        reasons=tuple(dict.fromkeys(reasons)),
        video=video,
        sounds=sounds,
        plan=plan,
        told=_told(facts, sounds, track),
        audio_track=track,
        captions=captions(facts, wish.subtitle_track),
    )


def copies(delivery: Delivery, plan: SegmentPlan) -> bool:
    """Whether a delivery can go on by a plan: what is copied can be cut only where its keyframes are."""
    return not isinstance(delivery.video, CopyVideo) or set(plan.boundaries[:-1]) <= set(delivery.video.keyframes)


def _direct(facts: MediaFacts, track: int | None) -> Delivery:
    return Delivery(
        mode="direct",
        reasons=("plays_as_it_is",),
        video=None,
        sounds=(),
        plan=SegmentPlan((0.0, facts.duration)),
        told=(),
        audio_track=track,
    )


def _chosen(facts: MediaFacts, wish: Wish) -> int | None:
    if wish.audio_track is None:
        return first_heard(facts)
    if wish.audio_track >= len(facts.audio):
        raise NotPlayable(
            f"There is no audio track {wish.audio_track} in this film.",
            hint=f"It has {len(facts.audio)}, counted from 0.",
        )
    return wish.audio_track


def _check_subtitles(facts: MediaFacts, wish: Wish) -> None:
    if wish.subtitle_track is not None and wish.subtitle_track >= len(facts.subtitles):
        raise NotPlayable(
            f"There is no subtitle track {wish.subtitle_track} in this film.",
            hint=f"It has {len(facts.subtitles)}, counted from 0.",
        )


def _made_so(video: CopyVideo | EncodeVideo | None, wish: Wish) -> list[DeliveryReason]:
    """What else is done to a picture that is encoded anyway."""
    if not isinstance(video, EncodeVideo):
        return []
    hdr: list[DeliveryReason] = ["video_is_hdr"] if video.tone_map else []
    return [*hdr, *([wish.rung.reason] if wish.rung else [])]


def _allow(wish: Wish, against: list[DeliveryReason]) -> None:
    if against and not wish.house.transcoding:
        raise NotPlayable(
            "This film would have to be converted, which is switched off here.",
            hint="Switch `transcoding` on, or play it on another device.",
            details={"reasons": list(dict.fromkeys(against))},
        )


def _plan(facts: MediaFacts, shown: VideoFacts | None, rate: float, *, copied: bool) -> SegmentPlan:
    if shown is None:
        return on_grid(facts.duration, Fraction(1), COPY_TARGET, speed=rate)
    if copied and shown.keyframes:
        return at_keyframes(shown.keyframes, facts.duration, quick=QUICK)
    return on_grid(facts.duration, steady_rate(shown), quick=QUICK, speed=rate)


def _video(facts: MediaFacts, shown: VideoFacts, wish: Wish, *, copied: bool) -> CopyVideo | EncodeVideo:
    if copied:
        return picture.copy(shown)
    return picture.encode(shown, wish, picture.burned(facts, wish))


def _told(facts: MediaFacts, sounds: tuple[Track, ...], chosen: int | None) -> tuple[Sound, ...]:
    return tuple(
        Sound(
            rendition=sound_of(track),
            name=about.title or about.language or "Audio",
            language=about.language,
            channels=ENCODED_CHANNELS if isinstance(made, EncodeAudio) else about.channels,
            default=track == chosen,
        )
        for track, (made, about) in enumerate(zip(sounds, facts.audio, strict=True))
    )
