"""Keeps every client that is here or lingers: one row each, which goes when the client is gone."""

from __future__ import annotations

from collections.abc import Mapping

from controller.services.clients import Client, ClientManager, KeptClient
from controller.services.keeping.book import read_all

PREFIX = "client:"
Mark = tuple[object, ...]
"""What of a client can change."""


class ClientBook:
    """A `Book`."""

    def __init__(self, clients: ClientManager) -> None:
        self._clients = clients
        self._stored: dict[str, Mark] = {}
        self._new: dict[str, Mark] = {}
        self._gone: set[str] = set()
        self._looked_at = self._all_stored = -1

    def take_up(self, found: Mapping[str, str]) -> None:
        """Each of them lingers from now on, for a whole grace period."""
        self._stored = {name.removeprefix(PREFIX): () for name in found if name.startswith(PREFIX)}
        for client_id, kept in read_all(KeptClient, found, PREFIX):
            self._stored[client_id] = _mark(self._clients.restore(kept))

    def changes(self) -> dict[str, str | None]:
        """Those who are new, others than before, or gone."""
        self._looked_at = self._clients.edition
        if self._looked_at == self._all_stored:
            return {}
        changed = [client for client in self._clients if self._stored.get(client.client_id) != _mark(client)]
        self._new = {client.client_id: _mark(client) for client in changed}
        self._gone = {client_id for client_id in self._stored if self._clients.get(client_id) is None}
        rows = {PREFIX + one.client_id: self._clients.kept(one).model_dump_json(exclude_none=True) for one in changed}
        return rows | {PREFIX + client_id: None for client_id in self._gone}

    def saved(self) -> None:
        """What was answered last is stored now."""
        self._stored |= self._new
        for client_id in self._gone:
            del self._stored[client_id]
        self._new, self._gone = {}, set()
        self._all_stored = self._looked_at


def _mark(client: Client) -> Mark:
    return client.device, client.name, client.capabilities, client.choice, client.topics
