"""Houses that are killed, and others that begin with what was saved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.fakes.chance import FakeSecrets
from tests.services.house import House

Restart = Callable[..., Awaitable[House]]


class Street:
    """The houses of one test, one after another on the same store and with the same devices."""

    def __init__(self, first: House, folder: Path) -> None:
        self.houses, self._folder = [first], folder

    async def restart(self, before: Callable[[House], None] = lambda _house: None) -> House:
        """Kill the last one and begin another; `before` may change what there is."""
        await self.houses[-1].clock.settle()
        texts, count = dict(self.houses[-1].kept.texts), len(self.houses)
        one = House(self._folder / str(count), secrets=FakeSecrets(f"seed {count}"), devices=self.houses[-1].devices)
        one.kept.texts.update(texts)
        before(one)
        self.houses.append(one)
        one.beside.live(one.run())
        await one.clock.settle()
        return one

    async def end(self) -> None:
        """End all but the first."""
        for one in self.houses[1:]:
            await one.beside.end()
