"""Keeps every client that is here or lingers: one row each, which goes when the client is gone."""

from __future__ import annotations

from collections.abc import Mapping

from controller.services.clients import Client, ClientManager, KeptClient
from controller.services.keeping.book import read_all

PREFIX = "client:"
Mark = tuple[object, ...]
"""What of a client can change: compared at every save, so it is made of what is there, not of text."""


class ClientBook:
    """A `Book`."""

    def __init__(self, clients: ClientManager) -> None:
        self._clients = clients
        self._stored: dict[str, Mark] = {}
        self._next: dict[str, Mark] = {}

    def take_up(self, found: Mapping[str, str]) -> None:
        """Each of them lingers from now on, for a whole grace period."""
        self._stored = {name.removeprefix(PREFIX): () for name in found if name.startswith(PREFIX)}
        for client_id, kept in read_all(KeptClient, found, PREFIX):
            self._stored[client_id] = _mark(self._clients.restore(kept))

    def changes(self) -> dict[str, str | None]:
        """Those who are new, others than before, or gone."""
        before, changes = self._stored, dict[str, str | None]()
        self._next = {client.client_id: _mark(client) for client in self._clients}
        for client_id, mark in self._next.items():
            if before.get(client_id) != mark and (client := self._clients.get(client_id)):
                changes[PREFIX + client_id] = self._clients.kept(client).model_dump_json(exclude_none=True)
        return changes | {PREFIX + client_id: None for client_id in before.keys() - self._next.keys()}

    def saved(self) -> None:
        """What was answered last is stored now."""
        self._stored = self._next


def _mark(client: Client) -> Mark:
    return client.device, client.name, client.capabilities, frozenset(client.topics)
