"""What the master playlist says of a stream: true of its picture together with the sound that takes most (RFC 8216 §4.3.4.2)."""

from __future__ import annotations

import math

from controller.core import picture, sound
from controller.core.delivery import Delivery, EncodeVideo
from controller.core.media import MediaFacts
from controller.core.playlist import Variant
from controller.core.transport import Rate


def variant_of(facts: MediaFacts, delivery: Delivery) -> Variant:
    """What is told of a film as it is delivered; of one that is given as it is only what it takes."""
    if delivery.mode == "direct":
        return Variant("", facts.bit_rate, facts.bit_rate)
    video, sounds = delivery.video, delivery.sounds
    heard = [sound.rate_in_segments(made, about) for made, about in zip(sounds, facts.audio, strict=True)]
    rate = Rate(max((each.average for each in heard), default=0.0), max((each.peak for each in heard), default=0.0))
    resolution, frame_rate = None, None
    if video and facts.video:
        rate += picture.rate_in_segments(video, facts, delivery.plan)
        shown = video if isinstance(video, EncodeVideo) else facts.video
        resolution = (shown.width, shown.height)
        frame_rate = picture.highest_rate(video, facts.video)
    names = [*([video.codecs] if video else []), *sorted({each.codecs for each in sounds}, reverse=True)]
    return Variant(
        codecs=",".join(names),
        bandwidth=math.ceil(rate.peak),
        average_bandwidth=math.ceil(rate.average),
        resolution=resolution,
        frame_rate=frame_rate,
    )
