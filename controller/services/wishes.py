"""What a client wishes of a film: what was chosen for it, what its player can do, and what its person chose last."""

from __future__ import annotations

import structlog

from controller.core.abilities import abilities_of
from controller.core.media import MediaFacts
from controller.core.subtitles import found_again
from controller.core.wish import OFF, Choice, House, Wish
from controller.services.clients import Client
from controller.services.rates import made_at
from controller.services.stream_spec import StreamSpec
from controller.services.tastes import Tastes

log = structlog.get_logger(__name__)


def wish_of(tastes: Tastes, house: House, client: Client, facts: MediaFacts, choice: Choice, rate: float) -> Wish:
    """A client's wish for a film that goes by at a `rate`."""
    choice = tastes.tracks(client.device.device_id, facts, choice)
    return Wish(
        choice.quality,
        choice.audio_track,
        None if choice.subtitle_track == OFF else choice.subtitle_track,
        choice.burn,
        direct=choice.direct,
        abilities=abilities_of(client.capabilities),
        house=house,
        refused=tastes.of(client.device.device_id).refusals(facts),
        rate=made_at(client, rate),
    )


def chosen_now(choice: Choice, spec: StreamSpec) -> Choice:
    """A choice for a stream whose subtitle files may have other numbers than when it was made, or have gone."""
    found = found_again(choice, spec.facts, spec.file_names)
    if choice.beside and not found.beside:
        log.warning("subtitles of before are gone", title=spec.source.title, file=choice.beside)
    return found
