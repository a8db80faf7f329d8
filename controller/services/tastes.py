"""What is remembered of devices, by their ids; kept over a restart."""

from __future__ import annotations

from collections.abc import Callable

from controller.core.media import MediaFacts
from controller.core.tastes import Taste
from controller.core.wish import Choice
from protocol.values import DeliveryMode


class Tastes:
    """The registry. `on_change` is called when something must be kept."""

    def __init__(self) -> None:
        self.known: dict[str, Taste] = {}
        self.on_change: Callable[[], None] = lambda: None

    def of(self, device_id: str) -> Taste:
        """A device's."""
        return self.known.get(device_id) or Taste()

    def chose(self, device_id: str, facts: MediaFacts, *, audio: int | None, subtitle: int | None) -> None:
        """A person chose tracks: the languages are meant for other films, too."""
        self._keep(device_id, self.of(device_id).chose(facts, audio=audio, subtitle=subtitle))

    def failed(self, device_id: str, facts: MediaFacts, mode: DeliveryMode) -> None:
        """A player failed."""
        self._keep(device_id, self.of(device_id).failed(facts, mode))

    def tracks(self, device_id: str, facts: MediaFacts, choice: Choice) -> Choice:
        """A choice with the tracks in the languages of a device's person."""
        return self.of(device_id).tracks(facts, choice)

    def _keep(self, device_id: str, taste: Taste) -> None:
        if taste != self.of(device_id):
            self.known[device_id] = taste
            self.on_change()
