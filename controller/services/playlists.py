"""The playlists of streams (RFC 8216), by their names: complete from the start, whatever is made yet."""

from __future__ import annotations

from controller.core import playlist, subtitles
from controller.services.client_stream import HLSClientStream


def playlist_of(stream: HLSClientStream, name: str) -> str | None:
    """The text of a playlist, or None when there is none of that name."""
    delivery = stream.delivery
    if stream.is_direct:
        return None
    if name == playlist.MASTER:
        return playlist.master(stream.variant, delivery.renditions[0], delivery.told, delivery.captions)
    for rendition in delivery.renditions:
        if name == playlist.playlist_name(rendition):
            return playlist.media(delivery.plan, rendition, stream.machine.timeline.position)
    for caption in delivery.captions:
        if name == playlist.caption_list(caption.track):
            return subtitles.media(delivery.plan, caption.track, stream.machine.timeline.position)
    return None
