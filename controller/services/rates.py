"""Who plays slower or faster: the player by itself, or FFmpeg for a player that cannot."""

from __future__ import annotations

from controller.services.clients import Client


def made_at(client: Client, rate: float) -> float:
    """The rate at which a stream has to be made for a client to watch the film at a rate."""
    return rate if client.capabilities and client.capabilities.playback_rate is False else 1.0
