"""What somebody in line could watch at once: the film as it is, a smaller picture, or what is made for somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from controller.core.delivery import Delivery, decide
from controller.core.picture import EncodeVideo
from controller.core.stream import Stream
from controller.core.wish import HEIGHTS
from controller.services.client_stream import HLSClientStream
from protocol.errors import NotPlayable
from protocol.results import Offer
from protocol.values import Quality

TOGETHER = 20.0
"""Seconds of film to which the place of somebody else is told roughly, since it moves on."""
SMALLER: tuple[Quality, ...] = ("720p", "480p", "360p")
SOUND: Quality = "audio-only"
"""The last way out: it needs no encoder of a picture."""


@dataclass(frozen=True, slots=True)
class Way:
    """Another way to deliver a film to somebody: `video` is what would be encoded, None when nothing has to be."""

    offer: Offer
    delivery: Delivery

    @property
    def video(self) -> EncodeVideo | None:
        """The picture that would be encoded."""
        return self.delivery.video if isinstance(self.delivery.video, EncodeVideo) else None


def ways(stream: HLSClientStream) -> list[Way]:
    """All other ways that there are for a stream in line, the best first."""
    return list(_ways(stream))


def _ways(stream: HLSClientStream) -> Iterator[Way]:
    direct = _way(stream, "direct", stream.choice.quality, direct=True)
    if direct and direct.delivery.mode == "direct":
        yield direct
    whole = _way(stream, "quality", "auto")
    if whole and whole.video is None:
        yield whole
    present = stream.delivery.video
    for quality in SMALLER:
        if isinstance(present, EncodeVideo) and HEIGHTS[quality] < present.height:
            smaller = _way(stream, "quality", quality)
            if smaller:
                yield smaller
    sound = _way(stream, "quality", SOUND) if stream.delivery.audio else None
    if sound:
        yield sound


def _way(stream: HLSClientStream, kind: str, quality: Quality, *, direct: bool = False) -> Way | None:
    try:
        delivery = decide(stream.spec.facts, replace(stream.wish, quality=quality, direct=direct, rung=None))
    except NotPlayable:
        return None
    offer = Offer.model_validate(
        {"kind": kind, "quality": quality, "delivery": "auto" if direct else "hls", "position": stream.spec.position}
    )
    return Way(offer, delivery)


def joins(stream: HLSClientStream, possible: Iterable[Way], others: Iterable[HLSClientStream]) -> list[Offer]:
    """Running encodes of the same film that this player could live on, one for each picture: at the place of their viewers."""
    found = dict[object, Offer]()
    mine: dict[object, Quality] = {way.video: way.offer.quality for way in possible if way.video}
    mine[stream.delivery.video] = stream.choice.quality
    for other in others:
        video, run = other.delivery.video, other.machine.wanted
        if other is stream or other.spec.source != stream.spec.source or run is None:
            continue
        if video in mine and other.delivery.plan == stream.delivery.plan:
            place = _place(other.machine)
            found.setdefault(video, Offer(kind="join", quality=mine[video], delivery="hls", position=place))
    return list(found.values())


def _place(other: Stream) -> float:
    """Where somebody else's viewer is, or a little before, as far as it is there."""
    plan, index = other.plan, other.plan.index_at(other.playhead)
    least = other.playhead // TOGETHER * TOGETHER
    while index > 0 and plan.start(index - 1) >= least and other.made.ready(index - 1):
        index -= 1
    return round(plan.start(index), 3)
